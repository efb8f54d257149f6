// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProxied} from "./Community.sol";
import {ProjectActs} from "./ProjectActs.sol";

interface ISecondFund {
    function migrate(uint256 value) external;
    function appended() external view returns (uint256);
}

/// @notice A community with a project at work, currency in three hands and a redemption half paid outlives its code: the
/// fund's second version appends a variable, the others, and both extensions, are replaced by new deployments.
contract UpgradeProjectsTest is ProjectActs {
    bytes32 private constant PAYEE = keccak256("Dave's account, salted");

    uint32 private project;
    uint32 private redemption;
    uint32 private request;

    function setUp() public override {
        super.setUp();
        project = _active();
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _claimed(project, 1);
        _spend(project, 0, carpenter, 40_000, "planks");
        _byMerchant(carpenter);
        currency.pay(carpenter, baker, 10_000, keccak256("bread"), "");
        _byMerchant(carpenter);
        request = currency.requestCash(carpenter, 20_000, "");
        _redeemHalf();
        _govern();
        outflows.allowOperating(1000, TEXT);
        _govern();
        outflows.writeOffDebt(carpenter, 20);
        _submitted();
    }

    function _redeemHalf() private {
        _buy(DAVE, 10_000_000);
        _as(DAVE);
        redemption = desk.request(DAVE, 1000, PAYEE, "");
        vm.prank(REGISTRAR);
        desk.attest(redemption, EVIDENCE);
        vm.prank(APPROVER);
        desk.approve(redemption, 1000, PAYEE);
        vm.prank(TREASURER);
        desk.pay(redemption, 500, PAYEE, "first");
    }

    function _upgradeAll() private {
        address[9] memory versions = _implementations();
        versions[2] =
            _deploy("CommunityFundV2.sol:CommunityFundV2", abi.encode(membership, credit, rulebook, _outflows()));
        for (uint256 i = 0; i < 9; ++i) {
            bytes memory migration = i == 2 ? abi.encodeCall(ISecondFund.migrate, (42)) : bytes("");
            _govern();
            IProxied(_proxies()[i]).upgradeToAndCall(versions[i], migration);
        }
    }

    /// @dev What the views tell of projects, currency, redemptions and the fund.
    function _everything() private view returns (bytes32) {
        return keccak256(abi.encode(_dossiers(), _tranches(), _money(), _desk()));
    }

    function _dossiers() private view returns (bytes memory) {
        return abi.encode(
            book.issueCount(),
            book.call(theCall),
            book.projectCount(),
            book.project(project),
            book.project(project + 1),
            book.fact(project, IProjectBook.Criterion.Issue),
            book.partners(project),
            book.tranches(project),
            book.lines(project),
            book.isRelated(project, FRED)
        );
    }

    function _tranches() private view returns (bytes memory) {
        return abi.encode(
            book.progress(project, 0),
            book.progress(project, 1),
            book.awardedOf(theCall),
            book.sourceOf(keccak256("a bank")),
            IMemberActs(address(book)).nonce(CARL)
        );
    }

    function _money() private view returns (bytes memory) {
        return abi.encode(
            fund.balanceSheet(),
            outflows.solvency(),
            outflows.operatingAllowed(),
            fund.merchantAccount(carpenter),
            currency.totalSupply(),
            currency.balanceOfProject(project),
            currency.spentOfLine(project, 0),
            currency.holdingOf(carpenter),
            currency.holdingOf(baker),
            currency.cashRequest(request),
            currency.saleOf(keccak256("planks")),
            currency.invoicePaid(keccak256("bread"))
        );
    }

    function _desk() private view returns (bytes memory) {
        return abi.encode(
            desk.redemption(redemption),
            desk.openOf(DAVE),
            outflows.redemptionsBacked(),
            rulebook.outflowRules(),
            rulebook.outflowVersion(),
            membership.merchantKind(carpenter),
            _creditOf(DAVE)
        );
    }

    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        address[9] memory versions = _implementations();
        address[4] memory callers = [address(this), TREASURER, address(book), vm.addr(_keyOf(ANA))];
        for (uint256 i = 6; i < 9; ++i) {
            for (uint256 c = 0; c < callers.length; ++c) {
                address proxy = _proxies()[i];
                _reverts(IGoverned.Governed_NotGovernor.selector, uint160(callers[c]), uint160(address(theAssembly)));
                vm.prank(callers[c]);
                IProxied(proxy).upgradeToAndCall(versions[i], "");
            }
        }
    }

    function test_WhenTheAssemblyUpgradesACommunityAtWork() public {
        bytes32 before = _everything();
        _upgradeAll();
        vm.assertEq(_everything(), before, "nothing was lost");
        _eq(ISecondFund(address(fund)).appended(), 42, "appended");
    }

    /// @notice Claims are released, invoices paid, requests and redemptions too, as if nothing had been.
    function test_WhenLifeGoesOnAfterTheUpgrade() public {
        _upgradeAll();
        bytes32 claimHash = book.progress(project, 1).claim;
        _as(MENTOR);
        awards.review(project, 1, claimHash, true, "");
        _as(BEN);
        awards.release(project, 1, claimHash, BEN, "");
        _spend(project, 1, baker, 50_000, "cake");
        vm.prank(TREASURER);
        desk.pay(redemption, 500, PAYEE, "second");
        vm.prank(TREASURER);
        outflows.payOperating(1000, "rent");
        _attestAll(project + 1);
        book.qualify(project + 1);
        vm.warp(block.timestamp + 30 days);
        vm.prank(TREASURER);
        currency.payCash(request, "cash");
        _account(project, 1);
        _assertState(project, IProjectBook.State.Completed);
        _eq(currency.totalSupply(), AMOUNT - 20_000, "currency");
        _eq(ISecondFund(address(fund)).appended(), 42, "appended");
        _assertBalanced();
    }
}
