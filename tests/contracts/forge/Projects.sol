// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {Community} from "./Community.sol";

/// @notice A cooperative with money in its fund and an open call, and how a project comes to its money.
/// @dev Carl applies, Fred spends for the project, member 7 mentors it, member 8 attests. Two merchants: a baker (kind 1)
/// and a carpenter (kind 2). The board decides up to 5,000.00.
abstract contract Projects is Assembled {
    address internal constant ACTUARY = address(0x1004);
    address internal constant APPROVER = address(0x1005);
    uint32 internal constant MENTOR = 7;
    uint32 internal constant ATTESTOR = 8;
    uint64 internal constant AMOUNT = 300_000;
    uint64 internal constant MONEY = 3_000_000;
    uint64 internal constant SOUGHT = 600_000;
    uint64 internal constant EXPIRY = uint64(NOW + 300 days);
    bytes32 internal constant EVIDENCE = keccak256("What shows it");
    uint16 internal constant EVERYTHING = (1 << 9) - 1;

    uint32 internal baker;
    uint32 internal carpenter;
    uint32 internal theCall;

    function setUp() public virtual override {
        super.setUp();
        _grantRoles();
        (baker, carpenter) = (_shop(0x5A1, 1), _shop(0x5A2, 2));
        vm.prank(TREASURER);
        fund.settlePremiums(baker, MONEY, keccak256("capital"));
        vm.prank(ACTUARY);
        outflows.attestDue(100_000, uint64(NOW + 365 days), EVIDENCE);
        vm.prank(address(theAssembly));
        book.publishIssues(20, TEXT);
        vm.prank(address(theAssembly));
        theCall = book.openCall(_callTerms());
    }

    function _grantRoles() private {
        vm.prank(address(theAssembly));
        membership.grantRole(IMembership.Role.Actuary, ACTUARY, uint64(NOW + 3650 days));
        vm.prank(address(theAssembly));
        membership.grantRole(IMembership.Role.Approver, APPROVER, uint64(NOW + 3650 days));
    }

    function _shop(uint256 secret, uint8 kind) internal returns (uint32 merchant) {
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        IMembership.MemberKind organisation = IMembership.MemberKind.Organisation;
        a[0] = IMembership.Admission(
            organisation, IMembership.Category.User, TODAY - 400, TODAY + 4000, abi.encodePacked(vm.addr(secret))
        );
        vm.prank(REGISTRAR);
        merchant = membership.admitMembers(a);
        vm.prank(REGISTRAR);
        membership.enrolMerchant(merchant, RATE, LIMIT, CAP);
        vm.prank(REGISTRAR);
        membership.setMerchantKind(merchant, kind);
    }

    function _callTerms() internal view virtual returns (IProjectBook.Call memory) {
        return IProjectBook.Call(1_000_000, uint64(NOW + 60 days), ATTESTOR, EVERYTHING, 5, 3, 5000, 20_000, TEXT);
    }

    function _plan() internal view virtual returns (IProjectBook.Plan memory plan) {
        plan.mentor = MENTOR;
        plan.signer = FRED;
        plan.amount = AMOUNT;
        plan.sought = SOUGHT;
        plan.expiresAt = EXPIRY;
        plan.tranches = new IProjectBook.Tranche[](2);
        plan.tranches[0] = IProjectBook.Tranche(100_000, uint64(NOW + 60 days), EVIDENCE);
        plan.tranches[1] = IProjectBook.Tranche(200_000, uint64(NOW + 120 days), EVIDENCE);
        plan.lines = new IProjectBook.Line[](2);
        plan.lines[0] = IProjectBook.Line(250_000, 1 << 1 | 1 << 2);
        plan.lines[1] = IProjectBook.Line(50_000, 1 << 1);
    }

    function _partner(uint8 i) internal pure returns (IProjectBook.Partner memory) {
        IProjectBook.OrganisationKind kind = IProjectBook.OrganisationKind(i == 4 ? 4 : i % 3);
        uint32 member = i == 0 ? UNION : 0;
        bytes32 organisation = keccak256(abi.encode("organisation", i));
        return IProjectBook.Partner(kind, member, false, organisation, keccak256(abi.encode("controller", i)));
    }

    function _isStated(uint8 criterion) internal pure returns (bool) {
        IProjectBook.Criterion c = IProjectBook.Criterion(criterion);
        return c != IProjectBook.Criterion.Grouping && c != IProjectBook.Criterion.Leverage
            && c != IProjectBook.Criterion.Mentor;
    }

    // ---- from a draft to an award

    function _drafted() internal returns (uint32 project) {
        _as(CARL);
        project = book.draft(theCall, CARL, TEXT, "");
        for (uint8 i = 0; i < 5; ++i) {
            _as(CARL);
            book.addPartner(project, _partner(i), "");
        }
        for (uint8 c = 0; c < 9; ++c) {
            if (!_isStated(c)) continue;
            uint64 value = IProjectBook.Criterion(c) == IProjectBook.Criterion.MerchantShare ? 6000 : 1;
            _as(CARL);
            book.stateFact(project, IProjectBook.Criterion(c), value, EVIDENCE, "");
        }
    }

    function _submitted() internal returns (uint32 project) {
        project = _drafted();
        _as(CARL);
        book.submit(project, _plan(), "");
    }

    function _attestAll(uint32 project) internal {
        _as(MENTOR);
        book.acceptMentoring(project, "");
        for (uint8 i = 0; i < 5; ++i) {
            _as(ATTESTOR);
            book.attestPartner(project, i, "");
        }
        for (uint8 c = 0; c < 9; ++c) {
            if (!_isStated(c)) continue;
            _as(ATTESTOR);
            book.attestFact(project, IProjectBook.Criterion(c), "");
        }
    }

    function _eligible() internal returns (uint32 project) {
        project = _submitted();
        _attestAll(project);
        book.qualify(project);
    }

    function _awardCalls(uint32 project) internal view returns (IRulebook.Call[] memory) {
        return _call(address(book), abi.encodeCall(awards.award, (project, book.project(project).amount)));
    }

    /// @dev The board carries it, past its contest window; what is left is to execute it.
    function _voted(uint32 project) internal returns (uint32 r) {
        IRulebook.Call[] memory calls = _awardCalls(project);
        r = _noticed(IRulebook.Kind.Spending, calls);
        awards.putToVote(project, r, calls);
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(ANA, BEN), FOR);
        _final(r);
    }

    function _awarded() internal returns (uint32 project) {
        project = _eligible();
        uint32 r = _voted(project);
        theAssembly.execute(r, _awardCalls(project));
    }

    // ---- tranches

    function _claimed(uint32 project, uint8 tranche) internal returns (bytes32 claimHash) {
        _as(CARL);
        return awards.claim(project, tranche, EVIDENCE, "");
    }

    function _reviewed(uint32 project, uint8 tranche) internal returns (bytes32 claimHash) {
        claimHash = _claimed(project, tranche);
        _as(MENTOR);
        awards.review(project, tranche, claimHash, true, "");
    }

    function _release(uint32 project, uint8 tranche) internal {
        bytes32 claimHash = _reviewed(project, tranche);
        _as(ANA);
        awards.release(project, tranche, claimHash, ANA, "");
    }

    function _account(uint32 project, uint8 tranche) internal {
        _as(CARL);
        awards.fileAccount(project, tranche, EVIDENCE, "");
        _as(MENTOR);
        awards.acceptAccount(project, tranche, EVIDENCE, "");
    }

    function _coFinance(uint32 project, uint64 amount, string memory source) internal {
        vm.prank(TREASURER);
        awards.receiveCoFinancing(
            project, IProjectAwards.CoFinancing(amount, 0, TODAY, TEXT, keccak256(bytes(source)), EVIDENCE)
        );
    }

    /// @dev An active project with its first tranche.
    function _active() internal returns (uint32 project) {
        project = _awarded();
        _release(project, 0);
    }

    // ---- currency

    function _spending(uint32 project, uint8 line, uint32 merchant, uint64 amount, string memory invoice)
        internal
        pure
        returns (IProjectCurrency.Spending memory)
    {
        return IProjectCurrency.Spending(project, merchant, amount, line, keccak256(bytes(invoice)));
    }

    function _spend(uint32 project, uint8 line, uint32 merchant, uint64 amount, string memory invoice) internal {
        _as(FRED);
        currency.spend(_spending(project, line, merchant, amount, invoice), "");
    }

    function _byMerchant(uint32 merchant) internal {
        vm.prank(vm.addr(merchant == baker ? 0x5A1 : 0x5A2));
    }

    function _assertState(uint32 project, IProjectBook.State expected) internal view {
        vm.assertEq(uint256(book.project(project).state), uint256(expected), "state");
    }

    function _assertBalanced() internal view {
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        int256 claims = int256(
            s.creditsOutstanding + s.merchantPrepayments + s.reserve + s.operations + s.currencyOutstanding
                + s.commitments
        ) + s.free;
        vm.assertEq(int256(s.cash + s.premiumsReceivable + s.loansReceivable), claims, "balance sheet");
        _eq(s.currencyOutstanding, currency.totalSupply(), "currency outstanding");
    }
}
