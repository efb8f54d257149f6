// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../interfaces/IAssembly.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Register} from "./Register.sol";

/// @title Proposals, and the notice that fixes them
abstract contract Notices is Register {
    bytes32 private constant PROPOSAL =
        keccak256("Proposal(uint32 member,uint8 kind,bytes32 text,bytes32 calls,uint256 nonce)");
    bytes32 private constant NOTICE = keccak256("Notice(uint32 member,uint32 resolution,uint64 opensAt,uint256 nonce)");
    /// @dev A vote that opened years after its notice would be held on the roll of another cooperative.
    uint256 private constant LONGEST_DELAY = 60 days;

    /// @inheritdoc IAssembly
    function propose(
        uint32 member,
        IRulebook.Kind kind,
        bytes32 text,
        IRulebook.Call[] calldata calls,
        bytes calldata signature
    ) external returns (uint32 resolution_) {
        bytes32 callsHash = keccak256(abi.encode(calls));
        _authorise(member, proposalDigest(member, kind, text, callsHash), signature);
        _requireValid(member);
        resolution_ = ++resolutionCount;
        Resolution storage r = _resolutions[resolution_];
        r.kind = kind;
        r.proposer = member;
        r.text = text;
        r.calls = callsHash;
        emit ResolutionProposed(resolution_, member, kind, text, calls);
    }

    /// @inheritdoc IAssembly
    function giveNotice(
        uint32 resolution_,
        uint32 member,
        uint64 opensAt,
        IRulebook.Call[] calldata calls,
        bytes calldata signature
    ) external {
        _requireState(resolution_, State.Draft);
        _authorise(member, noticeDigest(member, resolution_, opensAt), signature);
        if (BOARD.directorsInOffice() == 0) _requireValid(member);
        else if (!BOARD.isInOffice(member)) revert Assembly_NotDirector(member);
        Resolution storage r = _resolutions[resolution_];
        _requireCalls(r, calls);
        _bind(r, opensAt, calls);
        _callRoll(resolution_, r);
        emit NoticeGiven(resolution_, member, r.charter, r.epoch, r.recordDay, r.rollSizes, opensAt, r.closesAt);
    }

    /// @inheritdoc IAssembly
    function proposalDigest(uint32 member, IRulebook.Kind kind, bytes32 text, bytes32 calls)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(PROPOSAL, member, kind, text, calls, nonce[member])));
    }

    /// @inheritdoc IAssembly
    function noticeDigest(uint32 member, uint32 resolution_, uint64 opensAt) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(NOTICE, member, resolution_, opensAt, nonce[member])));
    }

    function _requireCalls(Resolution storage r, IRulebook.Call[] calldata calls) internal view {
        bytes32 actual = keccak256(abi.encode(calls));
        if (actual != r.calls) revert Assembly_OtherCalls(actual, r.calls);
    }

    /// @dev Copies what the charter says of this kind of resolution: a later charter changes nothing.
    function _bind(Resolution storage r, uint64 opensAt, IRulebook.Call[] calldata calls) private {
        (uint16 charter, uint32 notice, uint32 voting, IRulebook.Terms memory terms) = RULEBOOK.bind(r.kind, calls);
        uint256 earliest = block.timestamp + notice;
        if (opensAt < earliest) revert Assembly_NoticeTooShort(opensAt, earliest);
        if (opensAt > earliest + LONGEST_DELAY) revert Assembly_NoticeTooLong(opensAt, earliest + LONGEST_DELAY);
        r.charter = charter;
        r.opensAt = opensAt;
        r.closesAt = opensAt + voting;
        r.terms = terms;
    }

    function _callRoll(uint32 resolution_, Resolution storage r) private {
        (r.epoch, r.recordDay, r.rollSizes) = MEMBERSHIP.rollCall();
        if (r.terms.body == IRulebook.Body.Board) r.rollSizes = BOARD.callRoll(resolution_, r.recordDay);
    }
}
