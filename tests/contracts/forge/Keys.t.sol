// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";
import {Verifier} from "./parts/Verifier.sol";

/// @notice A member who signs with a key, and the ways a key changes.
abstract contract KeysTester is Tester {
    uint256 internal constant OLD = 0x01d;
    uint256 internal constant NEW = 0x2e4;
    uint64 internal constant READY = uint64(NOW + 3 days);

    uint32 internal carol;

    function setUp() public override {
        super.setUp();
        carol = _admitWith(_key(OLD));
    }

    function _admitWith(bytes memory key) internal returns (uint32) {
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        a[0] = IMembership.Admission(IMembership.MemberKind.Person, IMembership.Category.User, 0, 1, key);
        vm.prank(REGISTRAR);
        return membership.admitMembers(a);
    }

    function _request() internal {
        bytes memory signature = _signature(OLD, membership.rotationDigest(carol, _key(NEW)));
        membership.requestKeyRotation(carol, _key(NEW), signature);
    }

    function _assertPending(uint64 readyAt, bytes memory key) internal view {
        IMembership.Rotation memory r = membership.rotation(carol);
        _eq(r.readyAt, readyAt, "readyAt");
        vm.assertEq(r.key, key, "pending key");
    }
}

contract RequestKeyRotationTest is KeysTester {
    function test_RevertWhen_TheMemberIsUnknown() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, carol + 1, carol);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol + 1, _key(NEW), "");
    }

    function test_RevertWhen_AStrangerBringsNoSignature() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(address(this)), 0);
        membership.requestKeyRotation(carol, _key(NEW), "");
    }

    function test_RevertWhen_AnotherKeySigned() public {
        bytes memory signature = _signature(NEW, membership.rotationDigest(carol, _key(NEW)));
        _reverts(IMembership.Membership_BadSignature.selector, carol);
        membership.requestKeyRotation(carol, _key(NEW), signature);
    }

    function test_RevertWhen_TheSignatureIsForAnotherKey() public {
        bytes memory signature = _signature(OLD, membership.rotationDigest(carol, _key(3)));
        _reverts(IMembership.Membership_BadSignature.selector, carol);
        membership.requestKeyRotation(carol, _key(NEW), signature);
    }

    function test_RevertWhen_TheSignatureWasUsed() public {
        bytes memory signature = _signature(OLD, membership.rotationDigest(carol, _key(NEW)));
        membership.requestKeyRotation(carol, _key(NEW), signature);
        vm.prank(REGISTRAR);
        membership.cancelKeyRotation(carol, "");
        _reverts(IMembership.Membership_BadSignature.selector, carol);
        membership.requestKeyRotation(carol, _key(NEW), signature);
    }

    /// @notice A plastic card cannot sign: only the registrar rotates it.
    function test_RevertWhen_TheMemberHasNoKeyAndBringsASignature() public {
        bytes memory signature = _signature(OLD, membership.rotationDigest(alice, _key(NEW)));
        _reverts(IMembership.Membership_BadSignature.selector, alice);
        membership.requestKeyRotation(alice, _key(NEW), signature);
    }

    function test_RevertWhen_ARotationIsPending() public {
        _request();
        _reverts(IMembership.Membership_RotationPending.selector, READY);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol, _key(3), "");
    }

    function test_RevertWhen_TheNewKeyIsTaken() public {
        uint32 holder = _admitWith(_key(NEW));
        _reverts(IMembership.Membership_KeyTaken.selector, holder);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol, _key(NEW), "");
    }

    function test_RevertWhen_TheNewKeyIsItsOwn() public {
        _reverts(IMembership.Membership_KeyTaken.selector, carol);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol, _key(OLD), "");
    }

    function test_RevertWhen_TheNewKeyIsTooShort() public {
        _reverts(IMembership.Membership_BadKey.selector, 19, 20);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol, new bytes(19), "");
    }

    function test_WhenTheRegistrarAsks() public {
        vm.expectEmit(address(membership));
        emit IMembership.KeyRotationRequested(carol, _key(NEW), READY);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol, _key(NEW), "");
        _assertPending(READY, _key(NEW));
        _eq(membership.memberByKey(_key(OLD)), carol, "the old key still signs");
        _eq(membership.memberByKey(_key(NEW)), 0, "the new key not yet");
    }

    function test_WhenAnyoneBringsTheHoldersSignature() public {
        vm.expectEmit(address(membership));
        emit IMembership.KeyRotationRequested(carol, _key(NEW), READY);
        bytes memory signature = _signature(OLD, membership.rotationDigest(carol, _key(NEW)));
        vm.prank(address(0xBEEF));
        membership.requestKeyRotation(carol, _key(NEW), signature);
        _assertPending(READY, _key(NEW));
        _eq(membership.nonce(carol), 1, "nonce");
    }

    /// @notice Passkeys and other schemes sign through an ERC-7913 verifier.
    function test_WhenAVerifierVouchesForTheSignature() public {
        bytes memory key = abi.encodePacked(address(new Verifier()), "passkey");
        uint32 dora = _admitWith(key);
        bytes memory signature = abi.encodePacked("passkey", membership.rotationDigest(dora, _key(NEW)));
        membership.requestKeyRotation(dora, _key(NEW), signature);
        _eq(membership.rotation(dora).readyAt, READY, "readyAt");
    }
}

contract CancelKeyRotationTest is KeysTester {
    function test_RevertWhen_TheMemberIsUnknown() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, 0, carol);
        vm.prank(REGISTRAR);
        membership.cancelKeyRotation(0, "");
    }

    function test_RevertWhen_AStrangerBringsNoSignature() public {
        _request();
        _reverts(IMembership.Membership_MissingRole.selector, _id(address(this)), 0);
        membership.cancelKeyRotation(carol, "");
    }

    /// @notice Who asked for the key cannot keep the holder from cancelling, nor cancel with the new key.
    function test_RevertWhen_TheNewKeySigned() public {
        _request();
        bytes memory signature = _signature(NEW, membership.cancellationDigest(carol));
        _reverts(IMembership.Membership_BadSignature.selector, carol);
        membership.cancelKeyRotation(carol, signature);
    }

    function test_RevertWhen_NothingIsPending() public {
        _reverts(IMembership.Membership_NoRotation.selector, carol);
        vm.prank(REGISTRAR);
        membership.cancelKeyRotation(carol, "");
    }

    function test_WhenTheHolderCancels() public {
        _request();
        bytes memory signature = _signature(OLD, membership.cancellationDigest(carol));
        vm.expectEmit(address(membership));
        emit IMembership.KeyRotationCancelled(carol);
        membership.cancelKeyRotation(carol, signature);
        _assertPending(0, "");
        vm.warp(READY);
        _reverts(IMembership.Membership_NoRotation.selector, carol);
        membership.completeKeyRotation(carol);
    }

    /// @notice The delay over, it may still be cancelled until someone completes it.
    function test_WhenTheRegistrarCancelsAfterTheDelay() public {
        _request();
        vm.warp(READY + 1);
        vm.prank(REGISTRAR);
        membership.cancelKeyRotation(carol, "");
        _assertPending(0, "");
    }
}

contract CompleteKeyRotationTest is KeysTester {
    function test_RevertWhen_NothingIsPending() public {
        _reverts(IMembership.Membership_NoRotation.selector, carol);
        membership.completeKeyRotation(carol);
    }

    function test_RevertWhen_TheDelayEndsInOneSecond() public {
        _request();
        vm.warp(READY - 1);
        _reverts(IMembership.Membership_RotationTooEarly.selector, READY - 1, READY);
        membership.completeKeyRotation(carol);
    }

    function test_RevertWhen_AnotherMemberTookTheKeyDuringTheDelay() public {
        _request();
        uint32 holder = _admitWith(_key(NEW));
        vm.warp(READY);
        _reverts(IMembership.Membership_KeyTaken.selector, holder);
        membership.completeKeyRotation(carol);
    }

    function test_WhenTheDelayEndsNow() public {
        _request();
        vm.warp(READY);
        vm.expectEmit(address(membership));
        emit IMembership.KeyRotated(carol, _key(NEW));
        membership.completeKeyRotation(carol);
        vm.assertEq(membership.member(carol).key, _key(NEW), "key");
        _eq(membership.memberByKey(_key(NEW)), carol, "the new key is hers");
        _eq(membership.memberByKey(_key(OLD)), 0, "the old one is free");
        _assertPending(0, "");
        _eq(_admitWith(_key(OLD)), carol + 1, "and another may take it");
    }

    function test_WhenTheNewKeyIsEmpty() public {
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(carol, "", "");
        vm.warp(READY);
        membership.completeKeyRotation(carol);
        vm.assertEq(membership.member(carol).key, "", "back to a plastic card");
        _eq(membership.memberByKey(_key(OLD)), 0, "the old key signs no more");
    }

    function test_WhenTheOldKeyWasEmpty() public {
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(alice, _key(NEW), "");
        vm.warp(READY);
        membership.completeKeyRotation(alice);
        _eq(membership.memberByKey(_key(NEW)), alice, "holder");
    }
}
