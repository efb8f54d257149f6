// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {ICommunityCredit} from "./interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "./interfaces/ICommunityFund.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {Accounts} from "./types/Accounts.sol";
import {Items} from "./types/Items.sol";
import {Premiums} from "./types/Premiums.sol";
import {RefusalReason} from "./types/RefusalReason.sol";
import {Totals, TotalsLib} from "./types/Totals.sol";

/// @title Community credits, see {ICommunityCredit}
contract CommunityCredit is ICommunityCredit, Governed {
    using Accounts for bytes32;
    using Items for bytes32;

    IMembership public immutable MEMBERSHIP;
    ICommunityFund public immutable FUND;

    string public name;
    string public symbol;
    /// @dev By member number, see {Accounts}. An array, so that a member's slot is a sum and not a hash.
    bytes32[1 << 32] private _accounts;

    constructor(IMembership membership_, ICommunityFund fund_) {
        MEMBERSHIP = membership_;
        FUND = fund_;
    }

    modifier onlyFund() {
        if (msg.sender != address(FUND)) revert CommunityCredit_NotFund(msg.sender, address(FUND));
        _;
    }

    /// @notice Names the credit. Called once, by the proxy's constructor.
    function initialize(string calldata name_, string calldata symbol_) external initializer {
        name = name_;
        symbol = symbol_;
    }

    /// @inheritdoc ICommunityCredit
    function setValidity(uint32 member, uint32 validFrom, uint32 validUntil) external {
        if (msg.sender != address(MEMBERSHIP)) {
            revert CommunityCredit_NotMembership(msg.sender, address(MEMBERSHIP));
        }
        _accounts[member] = _accounts[member].withValidity(validFrom, validUntil);
    }

    /// @inheritdoc ICommunityCredit
    function creditPurchases(bytes32[] calldata items, Tariff calldata t)
        external
        onlyFund
        returns (Totals, uint256[2] memory refused)
    {
        uint256 base = _base();
        uint256 plainDays = t.lastDay - t.plainFrom;
        uint256 sum = 0;
        // Unchecked: `t.cap` is under 2^48, so each premium and credit is, and no lane of `sum` passes 2^57. Nor does a
        // balance: before, it is at most the fund's pocket of all credits, which is under 2^48. The differences wrap on
        // purpose, so that one comparison holds both ends of a range.
        unchecked {
            for (uint256 i = 0; i < items.length; ++i) {
                bytes32 item = _at(items, i);
                bytes32 account_ = _load(item.member());
                uint256 day = item.day();
                if (item.amount() - 1 < t.cap && day - t.plainFrom <= plainDays && account_.validOn(day)) {
                    sum += _mint(item, account_, Premiums.premiumHalfUp(item.amount(), t.rateBps), t, base);
                } else if (_isRefused(item, t)) {
                    refused[i >> 8] |= 1 << (i & 0xff);
                } else {
                    sum += _creditOther(item, account_, t, base);
                }
            }
        }
        return (Totals.wrap(bytes32(sum)), refused);
    }

    /// @inheritdoc ICommunityCredit
    function burn(uint32 member, uint64 amount) external onlyFund {
        _accounts[member] = _accounts[member].minus(amount);
        emit Transfer(addressOf(member), address(0), amount);
    }

    /// @notice Always refused: credits do not move between members.
    function transfer(address, uint256) external pure returns (bool) {
        revert CommunityCredit_NonTransferable();
    }

    /// @notice Always refused: credits do not move between members.
    function transferFrom(address, address, uint256) external pure returns (bool) {
        revert CommunityCredit_NonTransferable();
    }

    /// @notice Always refused: nobody may move a member's credits.
    function approve(address, uint256) external pure returns (bool) {
        revert CommunityCredit_NonTransferable();
    }

    /// @notice Always 0.
    function allowance(address, address) external pure returns (uint256) {
        return 0;
    }

    /// @notice What the fund owes to members: its pocket, and the sum of all balances.
    function totalSupply() external view returns (uint256) {
        return FUND.creditsOutstanding();
    }

    /// @notice Credits are counted in minor units: two decimals.
    function decimals() external pure returns (uint8) {
        return 2;
    }

    /// @notice The credits of a virtual address, see {addressOf}; 0 for any other address.
    function balanceOf(address holder) external view returns (uint256) {
        uint32 member = uint32(uint160(holder));
        return holder == addressOf(member) ? _accounts[member].balance() : 0;
    }

    /// @inheritdoc ICommunityCredit
    function account(uint32 member) external view returns (Account memory) {
        return _accounts[member].unpack();
    }

    /// @inheritdoc ICommunityCredit
    function addressOf(uint32 member) public view returns (address) {
        return address(_base() | member);
    }

    /// @inheritdoc ICommunityCredit
    function refusal(bytes32 item, Tariff calldata t)
        public
        view
        returns (RefusalReason reason, uint256 actual, uint256 limit)
    {
        (uint256 amount, uint256 day, bytes32 account_) = (item.amount(), item.day(), _accounts[item.member()]);
        if (amount == 0) return (RefusalReason.ZeroAmount, 0, 1);
        if (amount > t.cap) return (RefusalReason.OverTillCap, amount, t.cap);
        if (day > t.lastDay) return (RefusalReason.FutureDay, day, t.lastDay);
        if (day < t.firstDay) return (RefusalReason.TooOld, day, t.firstDay);
        if (item.member() == 0) return (RefusalReason.None, 0, 0);
        if (account_.validUntil() == 0) return (RefusalReason.UnknownMember, item.member(), MEMBERSHIP.memberCount());
        if (day < account_.validFrom()) return (RefusalReason.MemberNotValid, day, account_.validFrom());
        if (day >= account_.validUntil()) return (RefusalReason.MemberNotValid, day, account_.validUntil());
        return (RefusalReason.None, 0, 0);
    }

    /// @dev The high 128 bits of every virtual address of this community; nobody can hold a key to one: to find a key
    /// whose address has these 128 bits takes 2^128 tries.
    function _base() private view returns (uint160) {
        return uint160(uint256(keccak256(abi.encode("endogene.member", address(this))))) & ~uint160(type(uint32).max);
    }

    /// @dev Mints the credit of a purchase; what it returns has the lanes of {Totals}.
    function _mint(bytes32 item, bytes32 account_, uint256 premium, Tariff calldata t, uint256 base)
        private
        returns (uint256)
    {
        (uint256 kept, uint256 operations) = Premiums.keptDown(premium, t.keptBps, t.operationsBps);
        unchecked {
            uint256 credit = premium - kept;
            _store(item.member(), account_.plus(credit));
            emit Transfer(address(0), address(uint160(base | item.member())), credit);
            return TotalsLib.lanes(premium, credit, operations);
        }
    }

    /// @dev A purchase without a member, which mints nothing, or at a rate that a later one has replaced.
    function _creditOther(bytes32 item, bytes32 account_, Tariff calldata t, uint256 base) private returns (uint256) {
        uint256 rateBps = MEMBERSHIP.rateOn(uint32(t.merchant), item.day());
        uint256 premium = Premiums.premiumHalfUp(item.amount(), rateBps);
        if (item.member() == 0) return TotalsLib.lanes(premium, 0, 0);
        return _mint(item, account_, premium, t, base);
    }

    function _isRefused(bytes32 item, Tariff calldata t) private view returns (bool) {
        (RefusalReason reason,,) = refusal(item, t);
        return reason != RefusalReason.None;
    }

    /// @dev Safe: `i` is under the array's length wherever this is called, so the word lies inside the call's data.
    function _at(bytes32[] calldata items, uint256 i) private pure returns (bytes32 item) {
        assembly ("memory-safe") {
            item := calldataload(add(items.offset, shl(5, i)))
        }
    }

    /// @dev Safe: `member` is the 32 bits that {Items} cuts out, and the array holds 2^32 accounts.
    function _load(uint256 member) private view returns (bytes32 account_) {
        assembly ("memory-safe") {
            account_ := sload(add(_accounts.slot, member))
        }
    }

    /// @dev Safe: as in {_load}.
    function _store(uint256 member, bytes32 account_) private {
        assembly ("memory-safe") {
            sstore(add(_accounts.slot, member), account_)
        }
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }
}
