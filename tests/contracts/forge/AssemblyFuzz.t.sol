// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";

/// @notice Outcomes against fractions computed one after another, and batches against a model of twelve lines.
contract AssemblyFuzzTest is Assembled {
    uint256 private constant VARIANTS = 24;

    uint8[MEMBERS + 1] private _sequences;
    uint8[MEMBERS + 1] private _choices;

    /// @dev One closed resolution for each variant of the by-laws: heads or colleges, majority, quorum, unopened.
    function setUp() public override {
        super.setUp();
        for (uint256 v = 0; v < VARIANTS; ++v) {
            vm.prank(address(theAssembly));
            rulebook.publishCharter(_variant(v));
            _propose(ANA, IRulebook.Kind.Election, new IRulebook.Call[](0));
            uint64 opensAt = _earliest(IRulebook.Kind.Election);
            _as(ANA);
            theAssembly.giveNotice(uint32(v + 1), ANA, opensAt, new IRulebook.Call[](0), "");
        }
    }

    function _variant(uint256 v) private pure returns (IRulebook.Charter memory c) {
        uint16[3][6] memory weights = [
            [uint16(0), 0, 0],
            [uint16(5000), 4000, 1000],
            [uint16(1000), 4500, 4500],
            [uint16(4000), 4000, 2000],
            [uint16(3333), 3333, 3334],
            [uint16(2001), 3001, 4998]
        ];
        c = _charter();
        c.profile = v % 6 == 0 ? IRulebook.Profile.QcSolidarity : IRulebook.Profile.FrScic;
        c.collegeBps = weights[v % 6];
        c.unopened = v % 4 < 2 ? IRulebook.Unopened.NotCast : IRulebook.Unopened.Abstention;
        IRulebook.Procedure memory p = c.procedures[uint256(IRulebook.Kind.Election)];
        p.majority = v < 12 ? IRulebook.Majority.Simple : IRulebook.Majority.TwoThirds;
        p.quorumBps = uint16([uint256(0), 2500, 5001, 10_000][v / 3 % 4]);
        p.isSealed = v % 2 == 0;
        p.voting = 5 days;
    }

    // ---- outcomes

    function testFuzz_TheOutcomeIsThatOfTheFractions(uint256 seed) public {
        uint32 r = uint32(1 + seed % VARIANTS);
        uint256[4][3] memory votes = _randomVotes(seed >> 8);
        _store(r, votes);
        _counted(r);
        vm.assertEq(uint256(theAssembly.stateOf(r)), uint256(_expected(r, votes)), "the outcome");
    }

    /// @dev A ballot that tips a tie of thousands, in each college and each way.
    function testFuzz_OneBallotTipsATie(uint256 seed, uint256 for_, uint256 against) public {
        uint32 r = 4; // 40, 40 and 20 %, simple majority, no quorum to speak of.
        for_ = 1 + for_ % 2_000_000;
        against = against % 2_000_000;
        uint256[4][3] memory votes;
        (votes[0][1], votes[0][2]) = (for_, against);
        (votes[1][1], votes[1][2]) = (against, for_);
        (votes[2][1], votes[2][2], votes[2][3]) = (seed % 1000, seed % 1000, 1_000_000);
        _store(r, votes);
        _counted(r);
        _assertState(r, IAssembly.State.Defeated);
        uint256 college = seed % 3;
        votes[college][2] += 1;
        _store(r, votes);
        _assertState(r, IAssembly.State.Defeated);
        votes[college][2] -= 1;
        votes[college][1] += 1;
        _store(r, votes);
        bool isTipped = votes[college][2] != 0; // Else it was unanimous, and is as much so now.
        isTipped = isTipped || (college == 2 && seed % 1000 == 0);
        _assertState(r, isTipped ? IAssembly.State.Contestable : IAssembly.State.Defeated);
    }

    function _store(uint32 r, uint256[4][3] memory votes) private {
        uint256 word = 0;
        for (uint256 i = 0; i < 12; ++i) {
            word |= votes[i / 4][i % 4] << (21 * i);
        }
        vm.record();
        theAssembly.tally(r);
        (bytes32[] memory reads,) = vm.accesses(address(theAssembly));
        vm.store(address(theAssembly), reads[reads.length - 1], bytes32(word));
    }

    /// @dev Few voters half of the time, so that small ties, empty colleges and quorums are met.
    function _randomVotes(uint256 seed) private pure returns (uint256[4][3] memory votes) {
        uint256 most = seed % 2 == 0 ? 3 : seed % 3 == 0 ? 2 ** 21 : 12;
        for (uint256 i = 0; i < 12; ++i) {
            votes[i / 4][i % 4] = uint256(keccak256(abi.encode(seed, i))) % most;
        }
    }

    function _expected(uint32 r, uint256[4][3] memory votes) private view returns (IAssembly.State) {
        IRulebook.Terms memory terms = theAssembly.resolution(r).terms;
        uint256 first = terms.unopened == IRulebook.Unopened.NotCast ? 1 : 0;
        uint256 ballots = 0;
        for (uint256 c = 0; c < 3; ++c) {
            for (uint256 choice = first; choice < 4; ++choice) {
                ballots += votes[c][choice];
            }
        }
        if (ballots * 10_000 < terms.quorumBps * uint256(MEMBERS)) return IAssembly.State.NoQuorum;
        int256 factor = terms.majority == IRulebook.Majority.Simple ? int256(1) : int256(2);
        int256 lead = _lead(terms.collegeBps, votes, factor);
        bool isCarried = lead > 0 || (factor == 2 && lead == 0 && votes[0][1] + votes[1][1] + votes[2][1] != 0);
        return isCarried ? IAssembly.State.Contestable : IAssembly.State.Defeated;
    }

    /// @dev The sign of what is for less `factor` times what is against: a sum of fractions, one college after the other.
    function _lead(uint16[3] memory weights, uint256[4][3] memory votes, int256 factor)
        private
        pure
        returns (int256 numerator)
    {
        int256 denominator = 1;
        for (uint256 c = 0; c < 3; ++c) {
            (int256 for_, int256 against) = (int256(votes[c][1]), int256(votes[c][2]));
            if (weights[0] == 0) {
                numerator += for_ - factor * against;
            } else if (for_ + against != 0) {
                int256 share = int256(uint256(weights[c])) * (for_ - factor * against);
                numerator = numerator * (for_ + against) + share * denominator;
                denominator *= for_ + against;
            }
        }
    }

    // ---- batches

    /// @notice Three batches of random ballots, good and bad, leave what a naive count leaves.
    function testFuzz_BatchesCountAsTheModelDoes(uint256 seed) public {
        uint32 r = 2; // An open vote.
        vm.warp(theAssembly.resolution(r).opensAt);
        for (uint256 batch = 0; batch < 3; ++batch) {
            seed = uint256(keccak256(abi.encode(seed)));
            _cast(r, _randomBatch(r, seed));
        }
        uint256[4][3] memory votes;
        for (uint32 m = 1; m <= MEMBERS; ++m) {
            _assertBallot(r, m, _sequences[m], _choices[m]);
            if (_sequences[m] != 0) ++votes[(m - 1) / 4][_choices[m]];
        }
        for (uint256 i = 0; i < 12; ++i) {
            _eq(_count(r, i / 4, i % 4), votes[i / 4][i % 4], "recounted");
        }
    }

    function _randomBatch(uint32 r, uint256 seed) private returns (Assembled.Slip[] memory slips) {
        uint32[] memory members = new uint32[](4);
        for (uint32 i = 0; i < 4; ++i) {
            members[i] = 1 + 3 * i + uint32((seed >> (16 * i)) % 3);
        }
        slips = new Assembled.Slip[](4);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint8 choice = uint8(dice % 5);
            uint8 sequence = _sequences[members[i]] + uint8((dice >> 8) % 3);
            slips[i] = _slip(r, members[i], choice, sequence);
            bool isSigned = (dice >> 16) % 4 != 0;
            if (!isSigned) slips[i].signature = _sign(_digest(r, slips[i]), _keyOf(members[i] + 1));
            if (!isSigned || choice == 0 || choice == 4 || sequence <= _sequences[members[i]]) continue;
            (_sequences[members[i]], _choices[members[i]]) = (sequence, choice);
        }
    }
}
