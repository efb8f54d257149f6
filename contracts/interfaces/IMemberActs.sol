// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title What a member does by calling with its own key, or by a signature that anyone may relay
interface IMemberActs {
    error MemberActs_BadSignature(uint32 member);
    error MemberActs_NotValid(uint32 member);

    /// @notice What a member signs: EIP-712
    /// `Act(string action,uint32 member,uint32 subject,bytes32 content,uint256 nonce)`.
    /// @param action The function's name.
    /// @param subject The project or merchant that it is about; 0: none.
    /// @param content The hash of the function's other arguments, ABI-encoded, as its NatSpec lists them.
    function actDigest(string calldata action, uint32 member, uint32 subject, bytes32 content)
        external
        view
        returns (bytes32);
    /// @notice How many acts of a member were taken here; the next one signs this number.
    function nonce(uint32 member) external view returns (uint256);
}
