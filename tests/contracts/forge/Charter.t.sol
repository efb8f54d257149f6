// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Charters} from "./Charters.sol";
import {Tester} from "./Tester.sol";

abstract contract CharterTester is Tester {
    IRulebook.Profile internal constant QC = IRulebook.Profile.QcSolidarity;
    IRulebook.Profile internal constant CIC = IRulebook.Profile.QcCic;
    IRulebook.Profile internal constant SCIC = IRulebook.Profile.FrScic;

    function _colleges(uint16 users, uint16 workers, uint16 supporting)
        internal
        pure
        returns (IRulebook.Charter memory c)
    {
        c = Charters.standard(SCIC);
        c.collegeBps = [users, workers, supporting];
    }

    function _seats(IRulebook.Profile profile, uint8 users, uint8 workers, uint8 supporting)
        internal
        pure
        returns (IRulebook.Charter memory c)
    {
        c = Charters.standard(profile);
        c.boardSeats = [users, workers, supporting];
    }

    function _of(IRulebook.Charter memory c, IRulebook.Kind kind) internal pure returns (IRulebook.Procedure memory) {
        return c.procedures[uint256(kind)];
    }

    function _withRebate(IRulebook.Profile profile) internal pure returns (IRulebook.Charter memory c) {
        c = Charters.standard(profile);
        bytes memory likeRules = abi.encode(_of(c, IRulebook.Kind.Rules)); // A copy: memory is shared else.
        c.procedures[uint256(IRulebook.Kind.MemberRebate)] = abi.decode(likeRules, (IRulebook.Procedure));
    }

    function _mustTake(IRulebook.Charter memory c) internal {
        uint16 version = rulebook.publishCharter(c);
        _eq(rulebook.charterVersion(), version, "in force");
        vm.assertEq(abi.encode(rulebook.charter(version)), abi.encode(c), "charter");
    }

    function _mustRefuse(IRulebook.Charter memory c, bytes memory error_) internal {
        vm.expectRevert(error_);
        rulebook.publishCharter(c);
    }
}

contract PublishCharterTest is CharterTester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(REGISTRAR), _id(address(this)));
        vm.prank(REGISTRAR);
        rulebook.publishCharter(_charter());
    }

    function test_WhenTheCharterIsTheStandardOfAProfile() public {
        IRulebook.Charter memory c = Charters.standard(SCIC);
        vm.expectEmit(address(rulebook));
        emit IRulebook.CharterPublished(2, c);
        _eq(rulebook.publishCharter(c), 2, "version");
        _mustTake(Charters.standard(CIC));
        _mustTake(Charters.standard(QC));
        _eq(rulebook.charterVersion(), 4, "version");
        vm.assertEq(abi.encode(rulebook.charter(1)), abi.encode(_charter()), "the first never changes");
        vm.assertEq(abi.encode(rulebook.charter(2)), abi.encode(c), "nor does the second");
        _eq(rulebook.currentVersion(), 1, "the rules have versions of their own");
    }

    function test_WhenTheSeatsAreAskedFor() public {
        rulebook.publishCharter(_seats(QC, 5, 3, 1));
        _eq(rulebook.boardSeats(0), 5, "users");
        _eq(rulebook.boardSeats(1), 3, "workers");
        _eq(rulebook.boardSeats(2), 1, "supporting");
    }
}

contract CharterTest is CharterTester {
    function test_RevertWhen_TheVersionIsZero() public {
        _reverts(IRulebook.Rulebook_VersionUnknown.selector, 0, 1);
        rulebook.charter(0);
    }

    function test_RevertWhen_TheVersionIsOneTooHigh() public {
        _reverts(IRulebook.Rulebook_VersionUnknown.selector, 2, 1);
        rulebook.charter(2);
    }

    function test_WhenTheVersionIsTheLast() public view {
        vm.assertEq(abi.encode(rulebook.charter(1)), abi.encode(_charter()), "charter");
    }
}

contract CharterLawTest is CharterTester {
    // ---- colleges: law 47-1775, art. 19 octies; C-67.2, s. 4

    function test_RevertWhen_ACollegeWeighsLessThanATenth() public {
        bytes4 e = IRulebook.Rulebook_CollegeWeight.selector;
        _mustRefuse(_colleges(900, 5000, 4100), abi.encodeWithSelector(e, 0, 900, 1000));
        _mustRefuse(_colleges(5000, 999, 4001), abi.encodeWithSelector(e, 1, 999, 1000));
        _mustRefuse(_colleges(5000, 5000, 0), abi.encodeWithSelector(e, 2, 0, 1000));
    }

    function test_RevertWhen_ACollegeWeighsMoreThanAHalf() public {
        bytes4 e = IRulebook.Rulebook_CollegeWeight.selector;
        _mustRefuse(_colleges(5100, 2900, 2000), abi.encodeWithSelector(e, 0, 5100, 5000));
        _mustRefuse(_colleges(2000, 5001, 2999), abi.encodeWithSelector(e, 1, 5001, 5000));
        _mustRefuse(_colleges(2000, 2000, 6000), abi.encodeWithSelector(e, 2, 6000, 5000));
    }

    function test_RevertWhen_TheCollegesAreNotTheWhole() public {
        bytes4 e = IRulebook.Rulebook_CollegeSum.selector;
        _mustRefuse(_colleges(4000, 4000, 1999), abi.encodeWithSelector(e, 9999, 10_000));
        _mustRefuse(_colleges(4000, 4000, 2001), abi.encodeWithSelector(e, 10_001, 10_000));
    }

    function test_WhenTheCollegesStandAtTheLimits() public {
        _mustTake(_colleges(5000, 4000, 1000));
        _mustTake(_colleges(1000, 4000, 5000));
    }

    function test_RevertWhen_AVoteIsWeightedInQuebec() public {
        IRulebook.Charter memory c = _charter();
        for (uint256 i = 0; i < 3; ++i) {
            c.profile = i == 1 ? CIC : QC;
            c.collegeBps = [uint16(0), 0, 0];
            c.collegeBps[i] = 1;
            _mustRefuse(c, abi.encodeWithSelector(IRulebook.Rulebook_WeightedVote.selector, i, 1));
        }
    }

    // ---- seats

    function test_RevertWhen_TheBoardHasNoSeat() public {
        _mustRefuse(_seats(SCIC, 0, 0, 0), abi.encodePacked(IRulebook.Rulebook_NoSeat.selector));
    }

    function test_RevertWhen_TheBoardHasMoreThan32Seats() public {
        bytes4 e = IRulebook.Rulebook_TooManySeats.selector;
        _mustRefuse(_seats(QC, 20, 10, 3), abi.encodeWithSelector(e, 33, 32));
        _mustRefuse(_seats(SCIC, 255, 255, 255), abi.encodeWithSelector(e, 765, 32));
    }

    function test_RevertWhen_SupportingMembersHaveMoreThanAThird() public {
        bytes4 e = IRulebook.Rulebook_SupportingSeats.selector;
        _mustRefuse(_seats(QC, 3, 2, 3), abi.encodeWithSelector(e, 3, 2));
        _mustRefuse(_seats(CIC, 1, 0, 1), abi.encodeWithSelector(e, 1, 0));
    }

    function test_WhenTheSeatsStandAtTheLimits() public {
        _mustTake(_seats(QC, 3, 3, 3));
        _mustTake(_seats(CIC, 22, 0, 10));
        _mustTake(_seats(SCIC, 0, 0, 32)); // The French law says nothing of it.
    }

    // ---- who decides

    function test_RevertWhen_TheBoardDecidesWhatIsTheMembers() public {
        IRulebook.Kind[4] memory reserved =
            [IRulebook.Kind.MajorSpending, IRulebook.Kind.Election, IRulebook.Kind.MemberRebate, IRulebook.Kind.ByLaw];
        for (uint256 i = 0; i < 4; ++i) {
            IRulebook.Charter memory c = _withRebate(QC);
            _of(c, reserved[i]).body = IRulebook.Body.Board;
            _mustRefuse(c, abi.encodeWithSelector(IRulebook.Rulebook_WrongBody.selector, reserved[i]));
        }
    }

    function test_RevertWhen_AByLawTakesASimpleMajority() public {
        IRulebook.Charter memory c = _charter();
        _of(c, IRulebook.Kind.ByLaw).majority = IRulebook.Majority.Simple;
        _mustRefuse(c, abi.encodePacked(IRulebook.Rulebook_ByLawMajority.selector));
    }

    function test_RevertWhen_ACicHasAMemberRebate() public {
        _mustRefuse(_withRebate(CIC), abi.encodePacked(IRulebook.Rulebook_RebateForbidden.selector));
    }

    function test_WhenAnotherProfileHasAMemberRebate() public {
        _mustTake(_withRebate(QC));
        _mustTake(_withRebate(SCIC));
    }

    // ---- procedures

    function test_RevertWhen_AKindHasNoProcedure() public {
        for (uint256 k = 0; k < 9; ++k) {
            if (IRulebook.Kind(k) == IRulebook.Kind.MemberRebate) continue;
            IRulebook.Charter memory c = _charter();
            c.procedures[k].voting = 0;
            _mustRefuse(c, abi.encodeWithSelector(IRulebook.Rulebook_NoProcedure.selector, k));
        }
    }

    function test_RevertWhen_AQuorumIsOverTheWhole() public {
        IRulebook.Charter memory c = _charter();
        _of(c, IRulebook.Kind.Rules).quorumBps = 10_001;
        bytes4 e = IRulebook.Rulebook_QuorumTooHigh.selector;
        _mustRefuse(c, abi.encodeWithSelector(e, IRulebook.Kind.Rules, 10_001, 10_000));
    }

    function test_RevertWhen_AResolutionCouldNeverBeExecuted() public {
        IRulebook.Charter memory c = _charter();
        _of(c, IRulebook.Kind.Office).validity = 0;
        _mustRefuse(c, abi.encodeWithSelector(IRulebook.Rulebook_NoValidity.selector, IRulebook.Kind.Office));
    }

    function test_RevertWhen_SealedBallotsCouldNeverBeOpened() public {
        IRulebook.Charter memory c = _charter();
        c.opening = 0;
        _mustRefuse(c, abi.encodeWithSelector(IRulebook.Rulebook_NoOpening.selector, IRulebook.Kind.Election));
    }

    /// @notice An annulment takes two days: notice and vote. Whoever contests has as long to write it.
    function test_RevertWhen_AContestIsTooShortForAnAnnulment() public {
        for (uint256 k = 0; k < 9; ++k) {
            if (k == uint256(IRulebook.Kind.Annulment)) continue;
            IRulebook.Charter memory c = _withRebate(QC);
            c.procedures[k].contest = 4 days - 1;
            bytes4 e = IRulebook.Rulebook_ContestTooShort.selector;
            if (k == uint256(IRulebook.Kind.ByLaw)) {
                _mustRefuse(c, abi.encodeWithSelector(e, k, 4 days - 1, 6 days)); // Shorter than the others', first.
            } else {
                _mustRefuse(c, abi.encodeWithSelector(e, k, 4 days - 1, 4 days));
            }
        }
    }

    function test_RevertWhen_AnAnnulmentIsContestedForTooLong() public {
        IRulebook.Charter memory c = _charter();
        _of(c, IRulebook.Kind.Annulment).contest = 1 days + 1;
        bytes4 e = IRulebook.Rulebook_ContestTooShort.selector;
        _mustRefuse(c, abi.encodeWithSelector(e, IRulebook.Kind.Decision, 6 days, 6 days + 2));
    }

    /// @notice Thirty-two bits of each do not hide an overflowing sum.
    function test_RevertWhen_AnAnnulmentTakesForEver() public {
        IRulebook.Charter memory c = _charter();
        IRulebook.Procedure memory annulment = _of(c, IRulebook.Kind.Annulment);
        uint256 most = type(uint32).max;
        (annulment.notice, annulment.voting, annulment.contest) = (uint32(most), uint32(most), uint32(most));
        bytes4 e = IRulebook.Rulebook_ContestTooShort.selector;
        _mustRefuse(c, abi.encodeWithSelector(e, IRulebook.Kind.Decision, 6 days, 6 * most));
    }

    function test_RevertWhen_AByLawWaitsLessThanAnother() public {
        IRulebook.Charter memory c = _charter();
        _of(c, IRulebook.Kind.Rules).contest = 14 days + 1;
        bytes4 e = IRulebook.Rulebook_ContestTooShort.selector;
        _mustRefuse(c, abi.encodeWithSelector(e, IRulebook.Kind.ByLaw, 14 days, 14 days + 1));
    }

    function test_WhenTheProceduresStandAtTheLimits() public {
        IRulebook.Charter memory c = _charter();
        _of(c, IRulebook.Kind.Rules).quorumBps = 10_000;
        _of(c, IRulebook.Kind.Rules).contest = 14 days;
        _of(c, IRulebook.Kind.Spending).contest = 4 days;
        _of(c, IRulebook.Kind.Office).validity = 1;
        _of(c, IRulebook.Kind.Office).notice = 0;
        _of(c, IRulebook.Kind.Election).isSealed = false;
        c.opening = 0;
        _mustTake(c);
    }
}
