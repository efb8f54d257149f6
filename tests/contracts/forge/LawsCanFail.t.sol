// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {RefusalReason} from "../../../contracts/types/RefusalReason.sol";
import {Actors} from "./Actors.sol";
import {Ghost} from "./Ghost.sol";
import {Laws} from "./Laws.sol";
import {Vm} from "./Vm.sol";

/// @notice A credit that lets itself be transferred, which the laws must notice.
contract LooseCredit {
    function proxiableUUID() external pure returns (bytes32) {
        return bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
    }

    function addressOf(uint32 member) external pure returns (address) {
        return address(uint160(member));
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }
}

/// @notice A community after 400 calls of the actors, always the same ones.
abstract contract LivedIn {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    Actors internal _actors;
    Laws internal _laws;
    IMembership internal _membership;
    ICommunityCredit internal _credit;
    ICommunityFund internal _fund;

    function setUp() external {
        _actors = new Actors();
        _actors.setUp();
        _laws = new Laws(_actors);
        (_membership, _credit, _fund) = _actors.contracts();
        for (uint256 i = 0; i < 400; ++i) {
            _act(uint256(keccak256(abi.encode("a day", i))));
        }
    }

    function _act(uint256 seed) private {
        (uint256 a, uint256 b) = (seed >> 16, seed >> 128);
        uint256 choice = seed % 14;
        if (choice < 5) _actors.record(a, b);
        else if (choice < 9) _actors.refund(a, a >> 16, b);
        else if (choice == 9) _actors.settle(a, b);
        else if (choice == 10) _actors.passTime(a);
        else if (choice == 11) _actors.publishRules(uint16(a), uint16(b), uint16(b >> 16));
        else if (choice == 12) _actors.setValidity(a, a >> 16, b);
        else _actors.scheduleRate(a, uint16(b), uint32(b >> 16));
    }
}

/// @notice The campaign meets what it is there to meet.
contract ActorsTest is LivedIn {
    function test_WhenTheActorsHaveActed() public {
        for (uint256 r = 0; r <= uint256(RefusalReason.MemberNotValid); ++r) {
            _mustHaveMet(0, r);
        }
        for (uint256 r = uint256(RefusalReason.OtherMerchant); r <= uint256(RefusalReason.WindowClosed); ++r) {
            _mustHaveMet(1, r);
        }
        _mustHaveMet(1, 0);
        _laws.checkAll();
    }

    function _mustHaveMet(uint256 kind, uint256 reason) private view {
        require(_actors.met(kind, RefusalReason(reason)) > 0, "an outcome was never met");
    }
}

/// @notice Each law refuses the fault it is there for: planted in the storage of a community that holds them all.
contract LawsCanFailTest is LivedIn {
    uint256 private constant RECEIVABLE = 1 << 208;
    uint256 private constant CREDITS = 1 << 160;
    uint256 private constant OPERATIONS = 1 << 112;
    uint256 private constant RESERVE = 1 << 64;

    /// @dev The slot that a view reads last: the one it tells of.
    function _slotOf(address target, bytes memory view_) private returns (bytes32) {
        vm.record();
        (bool done,) = target.call(view_);
        require(done);
        (bytes32[] memory reads,) = vm.accesses(target);
        return reads[reads.length - 1];
    }

    function _add(address target, bytes32 slot, uint256 more) private {
        vm.store(target, slot, bytes32(uint256(vm.load(target, slot)) + more));
    }

    function _addToPockets(uint256 more) private {
        _add(address(_fund), _slotOf(address(_fund), abi.encodeCall(_fund.creditsOutstanding, ())), more);
    }

    /// @dev Cash and prepayments share a slot, known by what it holds.
    function _addToCash(uint256 more) private {
        ICommunityFund.BalanceSheet memory s = _fund.balanceSheet();
        uint256 word = (s.merchantPrepayments << 128) | s.cash;
        uint256 slot = 0;
        while (uint256(vm.load(address(_fund), bytes32(slot))) != word) ++slot;
        _add(address(_fund), bytes32(slot), more);
    }

    function _reverts(bytes4 selector, uint256 a, uint256 b) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    // ---- law 1

    function test_RevertWhen_APocketHoldsACentTooMany() public {
        ICommunityFund.BalanceSheet memory s = _fund.balanceSheet();
        uint256 assets = s.cash + s.premiumsReceivable;
        _addToPockets(RESERVE);
        _reverts(Laws.Law1_BalanceSheet.selector, assets, assets + 1);
        _laws.checkBalanceSheet();
    }

    function test_RevertWhen_TheReceivableIsNotWhatIsOwed() public {
        uint256 owed = _fund.balanceSheet().premiumsReceivable;
        _addToPockets(RECEIVABLE);
        _reverts(Laws.Law1_Owed.selector, owed + 1, owed);
        _laws.checkMerchants();
    }

    function test_RevertWhen_ThePrepaymentsAreNotTheMerchants() public {
        uint256 prepaid = _fund.balanceSheet().merchantPrepayments;
        _addToCash(1 << 128);
        _reverts(Laws.Law1_Prepaid.selector, prepaid + 1, prepaid);
        _laws.checkMerchants();
    }

    function test_RevertWhen_AMerchantOwesACentTooMany() public {
        uint32 merchant = _actors.merchants()[1];
        bytes32 slot = _slotOf(address(_fund), abi.encodeCall(_fund.merchantAccount, (merchant)));
        _add(address(_fund), slot, 1);
        vm.expectRevert(abi.encodeWithSelector(Laws.Law1_MerchantAccount.selector, merchant));
        _laws.checkMerchants();
    }

    function test_RevertWhen_ACentOfCashAppears() public {
        uint256 cash = _fund.balanceSheet().cash;
        _addToCash(1);
        _reverts(Laws.Law1_Cash.selector, cash + 1, cash);
        _laws.checkCash();
    }

    // ---- law 2

    function test_RevertWhen_ACreditIsMintedTooMany() public {
        uint256 credits = _fund.creditsOutstanding();
        _addToPockets(CREDITS);
        _reverts(Laws.Law2_CreditsMinted.selector, credits + 1, credits);
        _laws.checkShares();
    }

    function test_RevertWhen_TheReserveTakesACentTooMany() public {
        uint256 reserve = _fund.balanceSheet().reserve;
        _addToPockets(RESERVE);
        _reverts(Laws.Law2_Reserve.selector, reserve + 1, reserve);
        _laws.checkShares();
    }

    function test_RevertWhen_OperationsTakeACentTooMany() public {
        uint256 operations = _fund.balanceSheet().operations;
        _addToPockets(OPERATIONS);
        _reverts(Laws.Law2_Operations.selector, operations + 1, operations);
        _laws.checkShares();
    }

    function test_RevertWhen_TheSupplyIsNotTheSumOfTheBalances() public {
        uint256 supply = _credit.totalSupply();
        _addToPockets(CREDITS);
        _reverts(Laws.Law2_Supply.selector, supply + 1, supply);
        _laws.checkBalances();
    }

    function test_RevertWhen_AMemberHoldsACentTooMany() public {
        uint32 member = _actors.lastMember();
        uint256 balance = _actors.balance(member);
        _add(address(_credit), _slotOf(address(_credit), abi.encodeCall(_credit.account, (member))), 1);
        vm.expectRevert(abi.encodeWithSelector(Laws.Law2_Balance.selector, member, balance + 1, balance));
        _laws.checkBalances();
    }

    function test_RevertWhen_ACreditMoves() public {
        address loose = address(new LooseCredit());
        bytes memory upgrade = abi.encodeWithSignature("upgradeToAndCall(address,bytes)", loose, "");
        vm.prank(_membership.governor());
        (bool done,) = address(_credit).call(upgrade);
        require(done);
        vm.expectRevert(abi.encodeWithSelector(Laws.Law2_CreditsMoved.selector, address(_laws)));
        _laws.checkImmobility();
    }

    // ---- law 3

    function test_RevertWhen_ATillSkipsASequence() public {
        uint32 till = _actors.tills()[0];
        uint64 next = _membership.till(till).nextSequence;
        bytes32 slot = _slotOf(address(_membership), abi.encodeCall(_membership.till, (till)));
        _add(address(_membership), slot, 1 << 192);
        vm.expectRevert(abi.encodeWithSelector(Laws.Law3_NextSequence.selector, till, next + 1, next));
        _laws.checkSequences();
    }

    function test_RevertWhen_ABatchHasNoRecord() public {
        (uint32 till, uint64 first) = _firstBatch();
        _mustMissRecord(till, first, 0);
    }

    function test_RevertWhen_ARecordStandsInsideABatch() public {
        (uint32 till, uint64 first) = _firstBatch();
        _mustMissRecord(till, first + 1, bytes32(uint256(1)));
    }

    function test_RevertWhen_APurchaseIsReversedByACentTooMany() public {
        Ghost.Purchase memory p = _actors.purchases()[0];
        uint32 till = _actors.batches()[0].till;
        uint64 reversed = _fund.reversedOf(till, p.sequence);
        bytes32 slot = _slotOf(address(_fund), abi.encodeCall(_fund.reversedOf, (till, p.sequence)));
        _add(address(_fund), slot, 1);
        vm.expectRevert(abi.encodeWithSelector(Laws.Law3_Reversed.selector, till, p.sequence, reversed + 1, reversed));
        _laws.checkReversed();
    }

    function _mustMissRecord(uint32 till, uint64 sequence, bytes32 planted) private {
        bytes32 slot = _slotOf(address(_fund), abi.encodeCall(_fund.batchRecord, (till, sequence)));
        vm.store(address(_fund), slot, planted);
        vm.expectRevert(abi.encodeWithSelector(Laws.Law3_Record.selector, till, sequence));
        _laws.checkRecords();
    }

    /// @dev The first batch of several purchases.
    function _firstBatch() private view returns (uint32, uint64) {
        Ghost.Batch[] memory batches = _actors.batches();
        uint256 i = 0;
        while (batches[i].items.length < 2) ++i;
        return (batches[i].till, batches[i].first);
    }
}
