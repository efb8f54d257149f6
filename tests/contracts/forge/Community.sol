// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IBoard} from "../../../contracts/interfaces/IBoard.sol";
import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Charters} from "./Charters.sol";
import {Vm} from "./Vm.sol";

/// @notice What the proxies do beside what the interfaces tell.
interface IProxied {
    function initialize(
        IRulebook.Rules calldata rules,
        IRulebook.OutflowRules calldata outflowRules,
        IRulebook.Charter calldata charter,
        IRulebook.Grant[] calldata grants
    ) external;
    function upgradeToAndCall(address implementation, bytes calldata data) external;
}

/// @notice A community behind its proxies, founded the way the deployment founds it, with what tests need to use it.
/// @dev Deploys the artifacts and imports only interfaces, so that the contracts run as they are deployed, optimised,
/// while the tests compile in seconds.
abstract contract Community {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address internal constant REGISTRAR = address(0x1001);
    address internal constant TREASURER = address(0x1002);
    address internal constant GUARDIAN = address(0x1003);
    uint256 internal constant TILL_KEY = 0xA11CE;
    uint256 internal constant NOW = 1_800_000_000;
    uint32 internal constant TODAY = uint32(NOW / 1 days);
    uint16 internal constant RATE = 280;
    uint48 internal constant LIMIT = 1e12;
    uint48 internal constant CAP = 1e10;

    IMembership internal membership;
    ICommunityCredit internal credit;
    ICommunityFund internal fund;
    IRulebook internal rulebook;
    IAssembly internal theAssembly;
    IBoard internal board;
    IFundOutflows internal outflows; // At the fund's address.
    IProjectBook internal book;
    IProjectAwards internal awards; // At the book's address.
    IProjectCurrency internal currency;
    IRedemptionDesk internal desk;

    function _rules() internal pure virtual returns (IRulebook.Rules memory) {
        return IRulebook.Rules(30, 60, 1000, 500, 10, 3 days);
    }

    /// @dev A tenth of what is owed to members stays liquid; cash waits a month, losses are the free money's.
    function _outflowRules() internal pure virtual returns (IRulebook.OutflowRules memory) {
        IRulebook.Pocket free = IRulebook.Pocket.Free;
        return IRulebook.OutflowRules(1000, 30 days, 2_000_000, 30 days, 400 days, free, free);
    }

    function _charter() internal pure virtual returns (IRulebook.Charter memory) {
        return Charters.standard(IRulebook.Profile.QcSolidarity);
    }

    /// @dev The powers of the founding: what a resolution may call, and of which kind it must be.
    function _grants() internal view returns (IRulebook.Grant[] memory grants) {
        grants = new IRulebook.Grant[](28);
        grants[0] = _grant(address(membership), IMembership.grantRole.selector, IRulebook.Kind.Office);
        grants[1] = _grant(address(membership), IMembership.revokeRole.selector, IRulebook.Kind.Office);
        grants[2] = _grant(address(fund), IGuardian.settlePause.selector, IRulebook.Kind.Office);
        grants[3] = _grant(address(rulebook), IRulebook.publish.selector, IRulebook.Kind.Rules);
        grants[4] = _grant(address(rulebook), IRulebook.publishCharter.selector, IRulebook.Kind.ByLaw);
        grants[5] = _grant(address(rulebook), IRulebook.setPower.selector, IRulebook.Kind.ByLaw);
        grants[6] = _grant(address(board), IBoard.seat.selector, IRulebook.Kind.Election);
        grants[7] = _grant(address(board), IBoard.unseat.selector, IRulebook.Kind.Election);
        grants[8] = _grant(address(theAssembly), IAssembly.annul.selector, IRulebook.Kind.Annulment);
        grants[9] = _grant(address(rulebook), IRulebook.publishOutflowRules.selector, IRulebook.Kind.Rules);
        grants[10] = _grant(address(book), IProjectBook.publishIssues.selector, IRulebook.Kind.Decision);
        grants[11] = _grant(address(book), IProjectAwards.suspend.selector, IRulebook.Kind.Office);
        grants[12] = _grant(address(book), IProjectAwards.resume.selector, IRulebook.Kind.Office);
        grants[13] = _grant(address(book), IProjectAwards.terminate.selector, IRulebook.Kind.Office);
        grants[14] = _spending(address(book), IProjectBook.openCall.selector, 1);
        grants[15] = _spending(address(book), IProjectAwards.award.selector, 2);
        grants[16] = _spending(address(book), IProjectAwards.writeOffLoan.selector, 2);
        grants[17] = _spending(address(fund), IFundOutflows.writeOffDebt.selector, 2);
        grants[18] = _spending(address(fund), IFundOutflows.allowOperating.selector, 1);
        address[9] memory proxies = _proxies();
        for (uint256 i = 0; i < 9; ++i) {
            grants[19 + i] = _grant(proxies[i], IProxied.upgradeToAndCall.selector, IRulebook.Kind.ByLaw);
        }
    }

    function _spending(address target, bytes4 selector, uint8 amountWord)
        private
        pure
        returns (IRulebook.Grant memory)
    {
        return IRulebook.Grant(target, selector, IRulebook.Power(true, IRulebook.Kind.Spending, amountWord));
    }

    function _grant(address target, bytes4 selector, IRulebook.Kind kind)
        internal
        pure
        returns (IRulebook.Grant memory)
    {
        return IRulebook.Grant(target, selector, IRulebook.Power(true, kind, 0));
    }

    /// @dev The governor is this test, until {IMembership.handOver}.
    function _found() internal {
        vm.warp(NOW);
        _foresee(vm.getNonce(address(this)) + 11); // Two extensions, nine implementations, then nine proxies.
        address[9] memory implementations = _implementations();
        bytes[9] memory beginnings = _beginnings();
        for (uint256 i = 0; i < 9; ++i) {
            _proxy(implementations[i], beginnings[i]);
        }
        membership.grantRole(IMembership.Role.Registrar, REGISTRAR, uint64(NOW + 3650 days));
        membership.grantRole(IMembership.Role.Treasurer, TREASURER, uint64(NOW + 3650 days));
        membership.grantRole(IMembership.Role.Guardian, GUARDIAN, uint64(NOW + 3650 days));
    }

    /// @dev Where the proxies will stand: the contracts know one another before the first one does.
    function _foresee(uint64 n) private {
        membership = IMembership(vm.computeCreateAddress(address(this), n));
        credit = ICommunityCredit(vm.computeCreateAddress(address(this), n + 1));
        fund = ICommunityFund(vm.computeCreateAddress(address(this), n + 2));
        rulebook = IRulebook(vm.computeCreateAddress(address(this), n + 3));
        theAssembly = IAssembly(vm.computeCreateAddress(address(this), n + 4));
        board = IBoard(vm.computeCreateAddress(address(this), n + 5));
        book = IProjectBook(vm.computeCreateAddress(address(this), n + 6));
        currency = IProjectCurrency(vm.computeCreateAddress(address(this), n + 7));
        outflows = IFundOutflows(address(fund));
        awards = IProjectAwards(address(book));
        desk = IRedemptionDesk(vm.computeCreateAddress(address(this), n + 8));
    }

    function _proxies() internal view returns (address[9] memory) {
        return [
            address(membership),
            address(credit),
            address(fund),
            address(rulebook),
            address(theAssembly),
            address(board),
            address(book),
            address(currency),
            address(desk)
        ];
    }

    /// @dev New code for each of {_proxies}.
    function _implementations() internal returns (address[9] memory) {
        bytes memory neighbours = abi.encode(membership, rulebook, theAssembly, board, fund, currency);
        address fundOutflows = _outflows();
        address projectAwards = _deploy("ProjectAwards.sol:ProjectAwards", neighbours);
        return [
            _deploy("Membership.sol:Membership", abi.encode(fund, credit, rulebook, theAssembly, board)),
            _deploy("CommunityCredit.sol:CommunityCredit", abi.encode(membership, fund)),
            _deploy("CommunityFund.sol:CommunityFund", abi.encode(membership, credit, rulebook, fundOutflows)),
            _deploy("Rulebook.sol:Rulebook", abi.encode(membership, fund)),
            _deploy("Assembly.sol:Assembly", abi.encode(membership, rulebook, board)),
            _deploy("Board.sol:Board", abi.encode(membership, rulebook, theAssembly)),
            _deploy("ProjectBook.sol:ProjectBook", abi.encodePacked(neighbours, abi.encode(projectAwards))),
            _deploy("ProjectCurrency.sol:ProjectCurrency", abi.encode(membership, rulebook, fund, book)),
            _deploy("RedemptionDesk.sol:RedemptionDesk", abi.encode(membership, credit, fund))
        ];
    }

    /// @dev New code for the fund's extension.
    function _outflows() internal returns (address) {
        return _deploy("FundOutflows.sol:FundOutflows", abi.encode(membership, credit, rulebook, book, currency, desk));
    }

    /// @dev What founds each of {_proxies}.
    function _beginnings() internal view returns (bytes[9] memory) {
        bytes memory nothing = abi.encodeWithSignature("initialize()");
        return [
            abi.encodeWithSignature("initialize(address)", address(this)),
            abi.encodeWithSignature("initialize(string,string)", "Community credit", "CC"),
            nothing,
            abi.encodeCall(IProxied.initialize, (_rules(), _outflowRules(), _charter(), _grants())),
            nothing,
            nothing,
            nothing,
            nothing,
            nothing
        ];
    }

    function _proxy(address implementation, bytes memory data) internal returns (address) {
        return address(new ERC1967Proxy(implementation, data));
    }

    function _deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            if iszero(deployed) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    /// @dev A person who signs with `secret`.
    function _admitVoter(IMembership.Category category, uint256 secret) internal returns (uint32) {
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        a[0] = IMembership.Admission(IMembership.MemberKind.Person, category, TODAY - 400, TODAY + 4000, _key(secret));
        vm.prank(REGISTRAR);
        return membership.admitMembers(a);
    }

    function _admit(uint256 count, IMembership.MemberKind kind) internal returns (uint32 first) {
        IMembership.Admission[] memory a = new IMembership.Admission[](count);
        for (uint256 i = 0; i < count; ++i) {
            a[i] = IMembership.Admission(kind, IMembership.Category.User, TODAY - 400, TODAY + 4000, "");
        }
        vm.prank(REGISTRAR);
        return membership.admitMembers(a);
    }

    function _merchant() internal returns (uint32 merchant, uint32 till) {
        merchant = _admit(1, IMembership.MemberKind.Organisation);
        vm.prank(REGISTRAR);
        membership.enrolMerchant(merchant, RATE, LIMIT, CAP);
        vm.prank(REGISTRAR);
        till = membership.enrolTill(merchant, vm.addr(TILL_KEY));
    }

    function _item(uint256 member, uint256 amount, uint256 day) internal pure returns (bytes32) {
        uint256 commitment = uint128(uint256(keccak256(abi.encode(member, amount, day))));
        return bytes32((commitment << 128) | (amount << 64) | (member << 32) | day);
    }

    function _key(uint256 secret) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(secret));
    }

    function _signature(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    function _sign(ICommunityFund.PurchaseBatch memory b, uint256 key) internal view {
        (b.r, b.vs) = _compact(key, fund.purchaseDigest(b));
    }

    function _sign(ICommunityFund.ReversalBatch memory b, uint256 key) internal view {
        (b.r, b.vs) = _compact(key, fund.reversalDigest(b));
    }

    /// @dev A compact signature, ERC-2098.
    function _compact(uint256 key, bytes32 digest) internal pure returns (bytes32 r, bytes32 vs) {
        uint8 v;
        (v, r, vs) = vm.sign(key, digest);
        vs = bytes32(uint256(vs) | (uint256(v - 27) << 255));
    }
}
