// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "../Governed.sol";
import {IAssembly} from "../interfaces/IAssembly.sol";
import {IBoard} from "../interfaces/IBoard.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Outcome} from "./Outcome.sol";
import {RollEntry} from "../types/RollEntry.sol";
import {Tally} from "../types/Tally.sol";

/// @title The register of resolutions, and where each of them stands
abstract contract Register is IAssembly, Governed, EIP712 {
    /// @dev An epoch that no roll call has closed: the roll as it stands.
    uint32 internal constant NOW = type(uint32).max;
    /// @dev What a contract may burn to say whether it signed; a passkey takes 300,000 where the chain has no precompile.
    uint256 private constant SIGNATURE_GAS = 600_000;

    IMembership public immutable MEMBERSHIP;
    IRulebook public immutable RULEBOOK;
    IBoard public immutable BOARD;

    /// @inheritdoc IAssembly
    uint32 public resolutionCount;
    mapping(uint32 resolution => Resolution) internal _resolutions;
    mapping(uint32 resolution => Tally) internal _tallies;
    /// @inheritdoc IAssembly
    mapping(uint32 member => uint256) public nonce;

    constructor(IMembership membership_, IRulebook rulebook_, IBoard board_) EIP712("Endogene", "1") {
        MEMBERSHIP = membership_;
        RULEBOOK = rulebook_;
        BOARD = board_;
    }

    /// @inheritdoc IAssembly
    function resolution(uint32 resolution_) external view returns (Resolution memory) {
        return _known(resolution_);
    }

    /// @inheritdoc IAssembly
    function tally(uint32 resolution_) external view returns (bytes32) {
        return Tally.unwrap(_tallies[resolution_]);
    }

    /// @inheritdoc IAssembly
    function isSigned(bytes calldata key, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return SignatureChecker.isValidSignatureNow(key, digest, signature);
    }

    /// @inheritdoc IAssembly
    function stateOf(uint32 resolution_) public view returns (State) {
        Resolution storage r = _known(resolution_);
        if (r.closesAt == 0) return State.Draft;
        if (block.timestamp < r.opensAt) return State.Noticed;
        if (block.timestamp < r.closesAt) return State.Open;
        uint256 countedAt = r.closesAt + (r.terms.isSealed ? r.terms.opening : 0);
        if (block.timestamp < countedAt) return State.Closed;
        if (r.isAnnulled) return State.Annulled;
        if (r.isExecuted) return State.Executed;
        Tally votes = _tallies[resolution_];
        if (!Outcome.hasQuorum(r, Outcome.participation(r.terms, votes))) return State.NoQuorum;
        if (!Outcome.isCarried(r.terms, votes)) return State.Defeated;
        if (block.timestamp < countedAt + r.terms.contest) return State.Contestable;
        return block.timestamp < countedAt + r.terms.contest + r.terms.validity ? State.Final : State.Expired;
    }

    function _known(uint32 resolution_) internal view returns (Resolution storage) {
        if (resolution_ == 0 || resolution_ > resolutionCount) {
            revert Assembly_ResolutionUnknown(resolution_, resolutionCount);
        }
        return _resolutions[resolution_];
    }

    function _requireState(uint32 resolution_, State limit) internal view {
        State actual = stateOf(resolution_);
        if (actual != limit) revert Assembly_WrongState(resolution_, actual, limit);
    }

    /// @dev The member acts: by calling with its own key, or by a signature, used once.
    function _authorise(uint32 member, bytes32 digest, bytes calldata signature) internal {
        RollEntry entry = _entryAt(member, NOW);
        if (!(signature.length == 0 ? _isCaller(entry) : _isSigned(entry, digest, signature))) {
            revert Assembly_BadSignature(member);
        }
        ++nonce[member];
    }

    function _requireValid(uint32 member) internal view {
        if (!_entryAt(member, NOW).validOn(block.timestamp / 1 days)) revert Assembly_NotValid(member);
    }

    function _entryAt(uint32 member, uint32 epoch) internal view returns (RollEntry) {
        bytes32[] memory members = new bytes32[](1);
        members[0] = bytes32(uint256(member));
        return MEMBERSHIP.rollEntries(members, epoch)[0];
    }

    function _isCaller(RollEntry entry) internal view returns (bool) {
        return entry.holdsAddress() && address(entry.key()) == msg.sender;
    }

    /// @dev A contract is asked from outside, with its own gas: whatever it does, the other ballots of a call count.
    function _isSigned(RollEntry entry, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        address holder = address(entry.key());
        if (entry.holdsAddress()) {
            (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
            if (signer == holder && signer != address(0)) return true;
            if (holder.code.length == 0) return false;
        } else if (entry.key() == 0) {
            return false;
        }
        bytes memory key = entry.holdsAddress() ? abi.encodePacked(holder) : MEMBERSHIP.longKey(entry.key());
        // A call gets 63 of 64 parts of what is left: with less than this, a good signature could be taken for a bad one.
        uint256 limit = SIGNATURE_GAS + SIGNATURE_GAS / 32;
        if (gasleft() < limit) revert Assembly_GasTooLow(gasleft(), limit);
        try this.isSigned{gas: SIGNATURE_GAS}(key, digest, signature) returns (bool answer) {
            return answer;
        } catch {
            return false;
        }
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }
}
