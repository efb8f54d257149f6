// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IBoard} from "../../../contracts/interfaces/IBoard.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {GoodWallet} from "./AssemblyParts.sol";
import {Vm} from "./Vm.sol";

/// @notice How members vote: many ballots in a call, one by oneself, another one after it, with a phone or a wallet.
contract AssemblyBallotsTest is Assembled {
    uint256 private constant P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
    uint256 private constant PASSKEY = 0x9A55;
    string private constant VERIFIER = "py/endogene_token/chain/artifacts/ERC7913WebAuthnVerifier.json";

    function test_WhenMembersOfThreeCollegesVote() public {
        uint32 r = _openDecision();
        Assembled.Slip[] memory slips =
            _list(_slip(r, ANA, FOR, 1), _slip(r, EMMA, AGAINST, 7), _slip(r, UNION, ABSTAIN, 63));
        (bytes32[] memory words,) = _words(slips);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotsCast(r, words);
        _cast(r, slips);
        _assertBallot(r, ANA, 1, FOR);
        _assertBallot(r, EMMA, 7, AGAINST);
        _assertBallot(r, UNION, 63, ABSTAIN);
        _assertBallot(r, BEN, 0, 0);
        _eq(uint256(theAssembly.tally(r)), (1 << 21) | (1 << (84 + 42)) | (1 << (168 + 63)), "three ballots");
    }

    function test_WhenABallotIsReplaced() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(ANA, CARL), FOR);
        for (uint8 sequence = 2; sequence <= 63; ++sequence) {
            _cast(r, _slip(r, BEN, 1 + sequence % 3, sequence));
            _assertBallot(r, BEN, sequence, 1 + sequence % 3);
            _assertBallot(r, ANA, 1, FOR);
            _assertBallot(r, CARL, 1, FOR);
            _eq(_count(r, 0, FOR) + _count(r, 0, AGAINST) + _count(r, 0, ABSTAIN), 3, "three ballots");
        }
        _mustRefuse(r, _slip(r, BEN, FOR, 63), IAssembly.BallotRefusal.StaleSequence);
    }

    function test_WhenSomeBallotsAreRefused() public {
        uint32 r = _openDecision();
        Assembled.Slip[] memory slips = _list(_slip(r, ANA, FOR, 1), _slip(r, BEN, FOR, 1), _slip(r, CARL, FOR, 1));
        slips[1].signature = "";
        bytes32[] memory counted = new bytes32[](2);
        (counted[0], counted[1]) = (_word(slips[0]), _word(slips[2]));
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotRefused(r, BEN, 1, IAssembly.BallotRefusal.BadSignature);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotsCast(r, counted);
        _cast(r, slips);
        _eq(_count(r, 0, FOR), 2, "the others");
    }

    function test_WhenAllBallotsAreRefused() public {
        uint32 r = _openDecision();
        Assembled.Slip memory s = _slip(r, ANA, FOR, 1);
        s.signature = "";
        vm.recordLogs();
        _cast(r, s);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _eq(logs.length, 1, "one event");
        vm.assertEq(logs[0].topics[0], IAssembly.BallotRefused.selector, "and nothing cast");
    }

    /// @notice A call of three hundred, of which each third one is refused: beyond one word of 256 flags, over ten slots.
    function test_WhenACallCarriesHundreds() public {
        for (uint32 m = MEMBERS + 1; m <= 300; ++m) {
            _enter(IMembership.Category(m % 3), abi.encodePacked(vm.addr(_keyOf(m))));
        }
        uint32 r = _openDecision();
        Assembled.Slip[] memory slips = new Assembled.Slip[](300);
        bytes32[] memory counted = new bytes32[](200);
        uint256 count = 0;
        for (uint32 m = 1; m <= 300; ++m) {
            slips[m - 1] = _slip(r, m, 1 + uint8(m % 2), 1);
            if (m % 3 == 0) slips[m - 1].signature = "";
            else counted[count++] = _word(slips[m - 1]);
        }
        vm.recordLogs();
        _cast(r, slips);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _eq(logs.length, 101, "a hundred refused");
        vm.assertEq(logs[100].data, abi.encode(counted), "two hundred cast");
        for (uint32 m = 1; m <= 300; ++m) {
            _assertBallot(r, m, m % 3 == 0 ? 0 : 1, m % 3 == 0 ? 0 : 1 + uint8(m % 2));
        }
    }

    function test_WhenAMemberVotesDirectly() public {
        uint32 r = _openDecision();
        bytes32[] memory words = new bytes32[](1);
        words[0] = _word(Slip(FRED, AGAINST, 1, 0, ""));
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotsCast(r, words);
        _as(FRED);
        theAssembly.vote(r, FRED, IAssembly.Choice.Against);
        _assertBallot(r, FRED, 1, AGAINST);
        _cast(r, _slip(r, FRED, FOR, 5));
        _as(FRED);
        theAssembly.vote(r, FRED, IAssembly.Choice.Abstain);
        _assertBallot(r, FRED, 6, ABSTAIN);
        _eq(_count(r, 1, ABSTAIN), 1, "one ballot");
        _eq(_count(r, 1, FOR) + _count(r, 1, AGAINST), 0, "and no other");
    }

    function test_RevertWhen_AMemberVotesDirectlyWithoutAChoice() public {
        uint32 r = _openDecision();
        bytes4 error_ = IAssembly.Assembly_BallotRefused.selector;
        _as(FRED);
        vm.expectRevert(abi.encodeWithSelector(error_, IAssembly.BallotRefusal.Malformed));
        theAssembly.vote(r, FRED, IAssembly.Choice.Sealed);
        _cast(r, _slip(r, FRED, FOR, 63));
        _as(FRED); // No sequence is left.
        vm.expectRevert(abi.encodeWithSelector(error_, IAssembly.BallotRefusal.Malformed));
        theAssembly.vote(r, FRED, IAssembly.Choice.For);
    }

    function test_WhenADirectorDeclaresAnInterestBySignature() public {
        uint32 r = _noticed(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        bytes memory signature = _sign(theAssembly.interestDigest(BEN, r), _keyOf(BEN));
        theAssembly.declareInterest(r, BEN, signature);
        _eq(theAssembly.nonce(BEN), 1, "used");
        _eq(theAssembly.resolution(r).rollSizes[0], 1, "off the roll");
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, BEN));
        theAssembly.declareInterest(r, BEN, signature);
        _as(BEN);
        vm.expectRevert(abi.encodeWithSelector(IBoard.Board_NotDirector.selector, BEN));
        theAssembly.declareInterest(r, BEN, "");
    }

    function test_RevertWhen_AnInterestIsDeclaredTooLateOrForAnother() public {
        uint32 draft = _propose(ANA, IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _as(BEN);
        _wrongState(draft, IAssembly.State.Draft, IAssembly.State.Open);
        theAssembly.declareInterest(draft, BEN, "");
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _as(ANA);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, BEN));
        theAssembly.declareInterest(r, BEN, "");
        _as(FRED);
        vm.expectRevert(abi.encodeWithSelector(IBoard.Board_NotDirector.selector, FRED));
        theAssembly.declareInterest(r, FRED, "");
        _closed(r);
        _as(BEN);
        _wrongState(r, IAssembly.State.NoQuorum, IAssembly.State.Open);
        theAssembly.declareInterest(r, BEN, "");
    }

    // ---- other signers

    function test_WhenAContractWalletSigns() public {
        GoodWallet wallet = new GoodWallet();
        uint32 member = _enter(IMembership.Category.User, abi.encodePacked(address(wallet)));
        uint32 r = _openDecision();
        Assembled.Slip memory s = Slip(member, FOR, 1, 0, "whatever");
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        wallet.approve(_digest(r, s));
        _cast(r, s);
        _assertBallot(r, member, 1, FOR);
        vm.prank(address(wallet));
        theAssembly.vote(r, member, IAssembly.Choice.Against);
        _assertBallot(r, member, 2, AGAINST);
    }

    /// @notice The verifier is OpenZeppelin's, as it is deployed with a community.
    function test_WhenAPasskeySigns() public {
        uint32 member = _enterPasskey();
        uint32 r = _openDecision();
        Assembled.Slip memory s = Slip(member, FOR, 1, 0, "");
        s.signature = _passkeySignature(_digest(r, s), PASSKEY);
        _cast(r, _list(_slip(r, ANA, FOR, 1), s));
        _assertBallot(r, member, 1, FOR);
        _assertBallot(r, ANA, 1, FOR);
    }

    /// @notice Another phone's, another ballot's, none; and a passkey has no account that could vote directly.
    function test_WhenAPasskeyDidNotSignThis() public {
        uint32 member = _enterPasskey();
        uint32 r = _openDecision();
        Assembled.Slip memory s = Slip(member, FOR, 1, 0, "");
        s.signature = _passkeySignature(_digest(r, s), PASSKEY + 1);
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        s.signature = _passkeySignature(_digest(r, Slip(member, AGAINST, 1, 0, "")), PASSKEY);
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        s.signature = "";
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        bytes memory key = membership.member(member).key;
        vm.prank(address(uint160(uint256(keccak256(key))))); // Its fingerprint on the roll.
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, IAssembly.BallotRefusal.BadSignature)
        );
        theAssembly.vote(r, member, IAssembly.Choice.For);
    }

    function test_WhenAPasskeyIsRotatedAfterTheNotice() public {
        uint32 member = _enterPasskey();
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        _rotate(member, abi.encodePacked(vm.addr(_keyOf(member))));
        vm.warp(theAssembly.resolution(r).opensAt);
        _mustRefuse(r, _slip(r, member, FOR, 1), IAssembly.BallotRefusal.BadSignature);
        Assembled.Slip memory s = Slip(member, FOR, 1, 0, "");
        s.signature = _passkeySignature(_digest(r, s), PASSKEY);
        _cast(r, s);
        _assertBallot(r, member, 1, FOR);
    }

    function test_WhenThreePasskeysOfACallSign() public {
        address verifier = _verifier();
        Assembled.Slip[] memory slips = new Assembled.Slip[](3);
        for (uint32 i = 0; i < 3; ++i) {
            (uint256 x, uint256 y) = more.publicKeyP256(PASSKEY + i);
            _enter(IMembership.Category.Worker, abi.encodePacked(verifier, x, y));
        }
        uint32 r = _openDecision();
        for (uint32 i = 0; i < 3; ++i) {
            slips[i] = Slip(MEMBERS + 1 + i, AGAINST, 1, 0, "");
            slips[i].signature = _passkeySignature(_digest(r, slips[i]), PASSKEY + i);
        }
        _cast(r, slips);
        _eq(_count(r, 1, AGAINST), 3, "workers against");
    }

    function _enterPasskey() private returns (uint32) {
        (uint256 x, uint256 y) = more.publicKeyP256(PASSKEY);
        return _enter(IMembership.Category.User, abi.encodePacked(_verifier(), x, y));
    }

    /// @dev From the artifact that the package carries: unoptimised, it would not even compile.
    function _verifier() private returns (address verifier) {
        bytes memory code = more.parseJsonBytes(more.readFile(VERIFIER), ".bytecode");
        assembly ("memory-safe") {
            verifier := create(0, add(code, 0x20), mload(code))
        }
    }

    /// @dev What a phone signs: the hash of its data and of the browser's, in which the digest is the challenge.
    function _passkeySignature(bytes32 digest, uint256 key) private pure returns (bytes memory) {
        bytes memory data = abi.encodePacked(sha256("coop.example"), uint8(0x05), uint32(0));
        string memory client = string.concat(
            '{"type":"webauthn.get","challenge":"',
            Base64.encodeURL(abi.encodePacked(digest)),
            '","origin":"https://coop.example"}'
        );
        (bytes32 r, bytes32 s) = more.signP256(key, sha256(abi.encodePacked(data, sha256(bytes(client)))));
        if (uint256(s) > P256_ORDER / 2) s = bytes32(P256_ORDER - uint256(s));
        return abi.encode(r, s, uint256(23), uint256(1), data, client);
    }
}
