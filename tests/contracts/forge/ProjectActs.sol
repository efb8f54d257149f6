// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Projects} from "./Projects.sol";

/// @notice The words in which the tests of projects and their money speak: what is refused, who signs, who governs.
abstract contract ProjectActs is Projects {
    address internal constant STRANGER = address(0xE5);
    uint32 internal constant NOBODY = 99;
    uint32 internal constant DAVE = 4; // A user, in no office.
    uint256 internal constant BAKER_KEY = 0x5A1;
    uint256 internal constant CARPENTER_KEY = 0x5A2;

    bytes32 private constant ACT =
        keccak256("Act(string action,uint32 member,uint32 subject,bytes32 content,uint256 nonce)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    uint32 internal bakersTill;

    // ---- who acts

    /// @dev EIP-712, written out: what the contract computes is not asked of the contract.
    function _actDigest(
        address verifier,
        string memory action,
        uint32 member,
        uint32 subject,
        bytes memory content,
        uint256 nonce
    ) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Endogene"), keccak256("1"), block.chainid, verifier));
        bytes32 act = keccak256(abi.encode(ACT, keccak256(bytes(action)), member, subject, keccak256(content), nonce));
        return keccak256(abi.encodePacked(hex"1901", domain, act));
    }

    function _secretOf(uint32 member) internal view returns (uint256) {
        if (member == baker) return BAKER_KEY;
        return member == carpenter ? CARPENTER_KEY : _keyOf(member);
    }

    /// @dev The member's signature over its next act.
    function _signedAct(address verifier, string memory action, uint32 member, uint32 subject, bytes memory content)
        internal
        view
        returns (bytes memory)
    {
        uint256 nonce = IMemberActs(verifier).nonce(member);
        return _sign(_actDigest(verifier, action, member, subject, content, nonce), _secretOf(member));
    }

    function _govern() internal {
        vm.prank(address(theAssembly));
    }

    function _terminate(uint32 project) internal {
        _govern();
        awards.terminate(project);
    }

    function _relate(uint32 project, uint32 member) internal {
        _as(ATTESTOR);
        book.declareRelation(project, member, ATTESTOR, "");
    }

    function _open(IProjectBook.Call memory terms) internal {
        _govern();
        theCall = book.openCall(terms);
    }

    /// @dev Eligible, and named by a resolution that has been noticed.
    function _balloted() internal returns (uint32 project) {
        project = _eligible();
        IRulebook.Call[] memory calls = _awardCalls(project);
        awards.putToVote(project, _noticed(IRulebook.Kind.Spending, calls), calls);
    }

    function _suspendMerchant(uint32 merchant) internal {
        vm.prank(REGISTRAR);
        membership.suspendMerchant(merchant);
    }

    function _pause() internal {
        vm.prank(GUARDIAN);
        (bool done,) = address(fund).call(abi.encodeWithSignature("pause()"));
        vm.assertEq(done, true, "paused");
    }

    function _publishOutflow(IRulebook.OutflowRules memory rules) internal {
        _govern();
        rulebook.publishOutflowRules(rules);
    }

    // ---- credits

    /// @dev A purchase of the member at the baker's: at 2.8 %, of which 10 % are the operations' and 5 % the reserve's.
    function _buy(uint32 member, uint256 amount) internal returns (uint64 sequence) {
        if (bakersTill == 0) {
            vm.prank(REGISTRAR);
            bakersTill = membership.enrolTill(baker, vm.addr(TILL_KEY));
        }
        ICommunityFund.PurchaseBatch[] memory batches = new ICommunityFund.PurchaseBatch[](1);
        sequence = membership.till(bakersTill).nextSequence;
        batches[0] = ICommunityFund.PurchaseBatch(bakersTill, baker, sequence, _bought(member, amount), 0, 0);
        _sign(batches[0], TILL_KEY);
        fund.recordPurchases(batches);
    }

    function _bought(uint32 member, uint256 amount) private view returns (bytes32[] memory items) {
        items = new bytes32[](1);
        items[0] = _item(member, amount, block.timestamp / 1 days);
    }

    /// @dev The same day the member brings a part of it back.
    function _bringBack(uint32 member, uint256 amount, uint64 sequence, uint64 part) internal {
        ICommunityFund.ReversalBatch[] memory batches = new ICommunityFund.ReversalBatch[](1);
        ICommunityFund.ReversalBatch memory b = batches[0];
        (b.till, b.merchant, b.firstSequence) = (bakersTill, baker, membership.till(bakersTill).nextSequence);
        b.reversals = new ICommunityFund.Reversal[](1);
        uint32 today = uint32(block.timestamp / 1 days);
        b.reversals[0] = ICommunityFund.Reversal(bakersTill, sequence, sequence, part, today, "refund");
        b.proofs = new ICommunityFund.Proof[](1);
        b.proofs[0].chunk = _bought(member, amount);
        b.proofs[0].hashes = new bytes32[](1);
        b.proofs[0].hashes[0] = keccak256(abi.encodePacked(b.proofs[0].chunk));
        _sign(b, TILL_KEY);
        fund.reversePurchases(batches);
    }

    function _creditOf(uint32 member) internal view returns (uint256) {
        return credit.account(member).balance;
    }

    // ---- what stands

    function _assertTranche(uint32 project, uint8 tranche, IProjectBook.TrancheState expected) internal view {
        _eq(uint256(book.progress(project, tranche).state), uint256(expected), "tranche");
    }

    function _assertFree(int256 expected) internal view {
        vm.assertEq(fund.balanceSheet().free, expected, "free");
    }

    function _assertHolding(uint32 merchant, uint64 first, uint64 second, uint64 third, uint64 later) internal view {
        vm.assertEq(
            abi.encode(currency.holdingOf(merchant)),
            abi.encode(IProjectCurrency.Holding(first, second, third, later)),
            "holding"
        );
    }

    // ---- what is refused

    function _reverts(bytes4 selector) internal {
        vm.expectRevert(abi.encodePacked(selector));
    }

    function _reverts(bytes4 selector, uint256 a) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function _reverts(bytes4 selector, uint256 a, uint256 b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function _reverts(bytes4 selector, uint256 a, uint256 b, uint256 c) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b, c));
    }

    function _wrongState(uint32 project, IProjectBook.State actual, IProjectBook.State limit) internal {
        _reverts(IProjectBook.ProjectBook_WrongState.selector, project, uint256(actual), uint256(limit));
    }

    function _wrongTranche(
        uint32 project,
        uint8 tranche,
        IProjectBook.TrancheState actual,
        IProjectBook.TrancheState limit
    ) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IProjectAwards.ProjectBook_WrongTranche.selector, project, tranche, actual, limit)
        );
    }

    function _interested(uint32 member) internal {
        _reverts(IProjectBook.ProjectBook_Interested.selector, member);
    }
}
