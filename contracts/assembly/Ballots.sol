// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IAssembly} from "../interfaces/IAssembly.sol";
import {INTEREST_DECLARED} from "../interfaces/IBoard.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {BallotWords} from "../types/BallotWords.sol";
import {RollEntry} from "../types/RollEntry.sol";
import {Tally} from "../types/Tally.sol";
import {Notices} from "./Notices.sol";
import {Outcome} from "./Outcome.sol";

/// @title Ballots: one byte a member and resolution, thirty-two members a slot
abstract contract Ballots is Notices {
    using BallotWords for bytes32;
    using BallotWords for bytes32[];
    using BallotWords for uint256;

    /// @dev What the ballots of one call have in common, and where the reading of the register stands.
    /// @param fields The message that is signed, of either kind: what changes is set for each ballot.
    /// @param refused A bit for each ballot.
    struct Casting {
        uint32 resolution;
        uint32 recordDay;
        bool isSealed;
        bool isBoard;
        bytes32 domain;
        uint256 place;
        uint256 slot;
        uint256 refusals;
        Tally tally;
        bytes32[6] fields;
        uint256[] refused;
    }

    bytes32 private constant BALLOT =
        keccak256("Ballot(uint32 resolution,uint32 member,uint8 choice,uint8 sequence,bytes32 text)");
    bytes32 private constant SEALED_BALLOT =
        keccak256("SealedBallot(uint32 resolution,uint32 member,uint8 sequence,bytes32 commitment,bytes32 text)");
    bytes32 private constant INTEREST = keccak256("Interest(uint32 member,uint32 resolution,uint256 nonce)");

    /// @dev By resolution and thirty-second part of the member's number, see {BallotWords}.
    mapping(uint256 place => uint256) private _register;

    /// @inheritdoc IAssembly
    function castBallots(uint32 resolution_, bytes32[] calldata ballots, bytes calldata signatures) external {
        Casting memory c = _cast(resolution_, ballots, ballots[0:0], signatures);
        if (c.refusals == 0) {
            emit BallotsCast(resolution_, ballots);
        } else if (c.refusals != ballots.length) {
            bytes32[] memory counted = new bytes32[](ballots.length - c.refusals);
            uint256 count = 0;
            for (uint256 i = 0; i < ballots.length; ++i) {
                if (!_isRefused(c, i)) counted[count++] = ballots[i];
            }
            emit BallotsCast(resolution_, counted);
        }
    }

    /// @inheritdoc IAssembly
    function vote(uint32 resolution_, uint32 member, Choice choice) external {
        Casting memory c = _open(resolution_, false);
        RollEntry entry = _entryAt(member, _resolutions[resolution_].epoch);
        _turnTo(c, member);
        bytes32[] memory ballots = new bytes32[](1);
        ballots[0] = BallotWords.pack(member, (c.slot.byteIn(member) >> 2) + 1, uint256(choice));
        uint256 refusal = _checkRight(c, entry, ballots[0]);
        if (refusal == 0 && !_isCaller(entry)) refusal = uint256(BallotRefusal.BadSignature);
        if (refusal != 0) revert Assembly_BallotRefused(BallotRefusal(refusal));
        _count(c, entry, ballots[0]);
        _close(c);
        emit BallotsCast(resolution_, ballots);
    }

    /// @inheritdoc IAssembly
    function declareInterest(uint32 resolution_, uint32 member, bytes calldata signature) external {
        _authorise(member, interestDigest(member, resolution_), signature);
        State state = stateOf(resolution_);
        if (state != State.Noticed && state != State.Open) revert Assembly_WrongState(resolution_, state, State.Open);
        BOARD.excuse(resolution_, member);
        Resolution storage r = _resolutions[resolution_];
        bool hadQuorum = Outcome.hasQuorum(r, _tallies[resolution_].turnout());
        uint256 category = _entryAt(member, r.epoch).college();
        --r.rollSizes[category];
        uint256 place = _place(resolution_, member);
        uint256 before = _register[place].byteIn(member);
        if (before != 0) {
            _register[place] = _register[place].withByte(member, 0, 0);
            _tallies[resolution_] = _tallies[resolution_].minus(category, before & BallotWords.LAST_CHOICE);
        }
        // A smaller roll may have its quorum at once, without one more ballot.
        if (_isLate(r) && !hadQuorum) _extendOnQuorum(resolution_, r);
        emit InterestDeclared(resolution_, member);
    }

    /// @inheritdoc IAssembly
    function ballotOf(uint32 resolution_, uint32 member) external view returns (uint8 sequence, Choice choice) {
        uint256 ballot = _register[_place(resolution_, member)].byteIn(member);
        return (uint8(ballot >> 2), Choice(ballot & BallotWords.LAST_CHOICE));
    }

    /// @inheritdoc IAssembly
    function ballotDigest(uint32 resolution_, bytes32 ballot, bytes32 commitment) external view returns (bytes32) {
        return _digest(_casting(resolution_), ballot, commitment);
    }

    /// @inheritdoc IAssembly
    function interestDigest(uint32 member, uint32 resolution_) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(INTEREST, member, resolution_, nonce[member])));
    }

    /// @dev Counts the ballots of one call. `commitments` is empty unless they are sealed.
    function _cast(
        uint32 resolution_,
        bytes32[] calldata ballots,
        bytes32[] calldata commitments,
        bytes calldata signatures
    ) internal returns (Casting memory c) {
        c = _open(resolution_, commitments.length != 0);
        RollEntry[] memory entries = MEMBERSHIP.rollEntries(ballots, _resolutions[resolution_].epoch);
        c.refused = new uint256[]((ballots.length >> 8) + 1);
        uint256 last = 0;
        uint256 end = 0;
        // Unchecked: `i` is under the length of each list.
        unchecked {
            for (uint256 i = 0; i < ballots.length; ++i) {
                bytes32 ballot = ballots.wordAt(i);
                uint32 member = ballot.member();
                // Sorted, neighbours share a slot that is written once; and no member stands twice in a call.
                if (member <= last) revert Assembly_NotSorted(member, uint32(last));
                last = member;
                _turnTo(c, member);
                bytes calldata signature;
                (signature, end) = _signatureAt(signatures, end);
                bytes32 commitment = c.isSealed ? commitments.wordAt(i) : bytes32(0);
                uint256 refusal = _take(c, _at(entries, i), ballot, commitment, signature);
                if (refusal != 0) _refuse(c, i, ballot, BallotRefusal(refusal));
            }
        }
        if (end != signatures.length) revert Assembly_LengthMismatch(signatures.length, end);
        _close(c);
    }

    /// @dev Counts a ballot, or says why not: a {BallotRefusal}, as a number, which costs no check of its range.
    function _take(Casting memory c, RollEntry entry, bytes32 ballot, bytes32 commitment, bytes calldata signature)
        private
        view
        returns (uint256 refusal)
    {
        refusal = _checkRight(c, entry, ballot);
        if (refusal != 0) return refusal;
        if (!_isSigned(entry, _digest(c, ballot, commitment), signature)) return uint256(BallotRefusal.BadSignature);
        _count(c, entry, ballot);
    }

    function _refuse(Casting memory c, uint256 i, bytes32 ballot, BallotRefusal reason) private {
        c.refused[i >> 8] |= 1 << (i & 0xff);
        ++c.refusals;
        emit BallotRefused(c.resolution, ballot.member(), uint8(ballot.sequence()), reason);
    }

    function _isRefused(Casting memory c, uint256 i) internal pure returns (bool) {
        return c.refused[i >> 8] >> (i & 0xff) & 1 != 0;
    }

    function _casting(uint32 resolution_) internal view returns (Casting memory c) {
        Resolution storage r = _known(resolution_);
        c.resolution = resolution_;
        c.recordDay = r.recordDay;
        c.isSealed = r.terms.isSealed;
        c.isBoard = r.terms.body == IRulebook.Body.Board;
        c.domain = _domainSeparatorV4();
        c.fields[0] = c.isSealed ? SEALED_BALLOT : BALLOT;
        c.fields[1] = bytes32(uint256(resolution_));
        c.fields[5] = r.text;
        c.place = type(uint256).max;
        c.tally = _tallies[resolution_];
    }

    /// @dev Reads the slot of the register that holds a member, and writes the one read before.
    function _turnTo(Casting memory c, uint32 member) internal {
        uint256 place = _place(c.resolution, member);
        if (place == c.place) return;
        _flush(c);
        c.place = place;
        c.slot = _register[place];
    }

    function _count(Casting memory c, RollEntry entry, bytes32 ballot) internal pure {
        uint256 before = c.slot.byteIn(ballot.member());
        uint256 category = entry.college();
        if (before != 0) c.tally = c.tally.minus(category, before & BallotWords.LAST_CHOICE);
        c.tally = c.tally.plus(category, ballot.choice());
        c.slot = c.slot.withByte(ballot.member(), ballot.sequence(), ballot.choice());
    }

    /// @dev Writes what was counted, and extends a vote whose quorum came late, once.
    function _close(Casting memory c) private {
        _flush(c);
        Tally before = _tallies[c.resolution];
        _tallies[c.resolution] = c.tally;
        Resolution storage r = _resolutions[c.resolution];
        if (_isLate(r) && !Outcome.hasQuorum(r, before.turnout())) _extendOnQuorum(c.resolution, r);
    }

    /// @dev Whether a quorum that comes now extends the vote.
    function _isLate(Resolution storage r) private view returns (bool) {
        return !r.isExtended && block.timestamp + r.terms.lateWindow >= r.closesAt;
    }

    function _extendOnQuorum(uint32 resolution_, Resolution storage r) private {
        if (!Outcome.hasQuorum(r, _tallies[resolution_].turnout())) return;
        r.isExtended = true;
        r.closesAt += r.terms.lateWindow;
        emit VoteExtended(resolution_, r.closesAt);
    }

    function _flush(Casting memory c) internal {
        if (c.place != type(uint256).max) _register[c.place] = c.slot;
    }

    /// @dev The signature that begins at `start`, with its length in two bytes, and where it ends.
    function _signatureAt(bytes calldata signatures, uint256 start)
        private
        pure
        returns (bytes calldata signature, uint256 end)
    {
        // Safe: what is read after the end of the list is refused by its length. Neither number comes near 2^64.
        assembly ("memory-safe") {
            signature.offset := add(add(signatures.offset, start), 2)
            signature.length := shr(240, calldataload(add(signatures.offset, start)))
            end := add(add(start, 2), signature.length)
        }
        if (end > signatures.length) revert Assembly_LengthMismatch(signatures.length, end);
    }

    /// @dev Safe: the caller keeps `i` under the length.
    function _at(RollEntry[] memory entries, uint256 i) private pure returns (RollEntry entry) {
        assembly ("memory-safe") {
            entry := mload(add(add(entries, 0x20), shl(5, i)))
        }
    }

    function _checkRight(Casting memory c, RollEntry entry, bytes32 ballot) private view returns (uint256) {
        if (!ballot.isWellFormed(c.isSealed)) return uint256(BallotRefusal.Malformed);
        if (!entry.validOn(c.recordDay)) return uint256(BallotRefusal.NotOnRoll);
        if (c.isBoard) {
            uint64 right = BOARD.rightOf(c.resolution, ballot.member());
            if (right == 0) return uint256(BallotRefusal.NotOnRoll);
            if (right == INTEREST_DECLARED) return uint256(BallotRefusal.InterestDeclared);
            if (right <= block.timestamp) return uint256(BallotRefusal.TermEnded);
        }
        if (ballot.sequence() <= c.slot.byteIn(ballot.member()) >> 2) return uint256(BallotRefusal.StaleSequence);
        return uint256(BallotRefusal.None);
    }

    function _open(uint32 resolution_, bool isSealed) private view returns (Casting memory c) {
        _requireState(resolution_, State.Open);
        c = _casting(resolution_);
        if (c.isSealed != isSealed) revert Assembly_WrongMode(c.isSealed);
    }

    /// @dev The EIP-712 hash. Both kinds of ballot have six fields, which stand in one place of memory for a whole call.
    function _digest(Casting memory c, bytes32 ballot, bytes32 commitment) private pure returns (bytes32) {
        bytes32[6] memory fields = c.fields;
        bytes32 content;
        fields[2] = bytes32(uint256(ballot.member()));
        fields[3] = bytes32(c.isSealed ? ballot.sequence() : ballot.choice());
        fields[4] = c.isSealed ? commitment : bytes32(ballot.sequence());
        assembly ("memory-safe") {
            content := keccak256(fields, 0xc0)
        }
        return MessageHashUtils.toTypedDataHash(c.domain, content);
    }

    function _place(uint32 resolution_, uint32 member) private pure returns (uint256) {
        return (uint256(resolution_) << 32) | (member >> 5);
    }
}
