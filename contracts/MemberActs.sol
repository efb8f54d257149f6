// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "./Governed.sol";
import {IMemberActs} from "./interfaces/IMemberActs.sol";
import {IMembership} from "./interfaces/IMembership.sol";

/// @title A contract in which members act, see {IMemberActs}
abstract contract MemberActs is IMemberActs, Governed, EIP712 {
    bytes32 private constant ACT =
        keccak256("Act(string action,uint32 member,uint32 subject,bytes32 content,uint256 nonce)");

    IMembership public immutable MEMBERSHIP;

    /// @inheritdoc IMemberActs
    mapping(uint32 member => uint256) public nonce;

    constructor(IMembership membership_) EIP712("Endogene", "1") {
        MEMBERSHIP = membership_;
    }

    /// @inheritdoc IMemberActs
    function actDigest(string memory action, uint32 member, uint32 subject, bytes32 content)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(abi.encode(ACT, keccak256(bytes(action)), member, subject, content, nonce[member]))
        );
    }

    /// @dev A member valid today acts, see {_authoriseHolder}.
    function _authorise(
        string memory action,
        uint32 member,
        uint32 subject,
        bytes memory content,
        bytes calldata signature
    ) internal {
        IMembership.Member memory m = _authoriseHolder(action, member, subject, content, signature);
        uint256 today = block.timestamp / 1 days;
        if (today < m.validFrom || today >= m.validUntil) revert MemberActs_NotValid(member);
    }

    /// @dev A member acts: by calling with its own key, or by a signature, used once.
    function _authoriseHolder(
        string memory action,
        uint32 member,
        uint32 subject,
        bytes memory content,
        bytes calldata signature
    ) internal returns (IMembership.Member memory m) {
        m = MEMBERSHIP.member(member);
        bool isHolder = signature.length == 0
            ? keccak256(m.key) == keccak256(abi.encodePacked(msg.sender))
            : SignatureChecker.isValidSignatureNow(
                m.key, actDigest(action, member, subject, keccak256(content)), signature
            );
        if (!isHolder) revert MemberActs_BadSignature(member);
        ++nonce[member];
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }
}
