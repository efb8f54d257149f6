// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {BurningWallet, HungryWallet, RevertingWallet, TalkativeWallet} from "./AssemblyParts.sol";

/// @notice Stories of ballots replayed, forged, bent and drowned: a bad one is skipped, and the others count.
contract AssemblyBallotAttacksTest is Assembled {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function _bad(uint32 r, Assembled.Slip memory s) private {
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
    }

    /// @notice The relay keeps Carl's yes on one resolution, and sends it for the next, whose text is the same.
    function test_WhenABallotIsReplayedOnAnotherResolution() public {
        uint32 first = _openDecision();
        Assembled.Slip memory s = _slip(first, CARL, FOR, 1);
        _cast(first, s);
        _bad(_openDecision(), s);
    }

    /// @notice A copy of the community runs on a test chain, where everybody plays. What was signed there is worth
    /// nothing here.
    function test_WhenABallotOfAnotherChainIsReplayed() public {
        uint32 r = _openDecision();
        Assembled.Slip memory s = _slip(r, CARL, FOR, 1);
        vm.chainId(block.chainid + 1);
        _bad(r, s);
        _cast(r, _slip(r, CARL, AGAINST, 1));
        _assertBallot(r, CARL, 1, AGAINST);
    }

    /// @notice Carl belongs to two cooperatives, under the same number, with the same key, and both vote on their first
    /// resolution. His ballot for one is none for the other.
    function test_WhenABallotOfAnotherCommunityIsReplayed() public {
        uint32 there = _openDecision();
        Assembled.Slip memory s = _slip(there, CARL, FOR, 1);
        setUp();
        uint32 here = _openDecision();
        _eq(here, there, "the same number");
        _bad(here, s);
    }

    /// @notice Carl changed his mind. The relay sends his first ballot again, and then a third one that he signed with the
    /// sequence of the second: only a higher sequence replaces.
    function test_WhenTheSequenceIsStale() public {
        uint32 r = _openDecision();
        Assembled.Slip memory first = _slip(r, CARL, FOR, 1);
        _cast(r, first);
        _cast(r, _slip(r, CARL, AGAINST, 2));
        _mustRefuse(r, first, IAssembly.BallotRefusal.StaleSequence);
        _mustRefuse(r, _slip(r, CARL, FOR, 2), IAssembly.BallotRefusal.StaleSequence);
        _assertBallot(r, CARL, 2, AGAINST);
    }

    /// @notice A clerk turns a yes into a no, on the way: choice, sequence and member are all in what was signed.
    function test_WhenABallotIsChangedOnItsWay() public {
        uint32 r = _openDecision();
        Assembled.Slip memory s = _slip(r, CARL, FOR, 1);
        s.choice = AGAINST;
        _bad(r, s);
        s = _slip(r, CARL, FOR, 1);
        s.sequence = 2;
        _bad(r, s);
        s = _slip(r, CARL, FOR, 1);
        s.member = BEN;
        _bad(r, s);
    }

    /// @notice Members are shown one text and asked to sign; another one was noticed. The text's hash is in each ballot.
    function test_WhenTheTextThatWasSignedIsAnother() public {
        uint32 r = _openDecision();
        Assembled.Slip memory s = _slip(r, CARL, FOR, 1);
        bytes32 digest = _digestFor(address(theAssembly), block.chainid, r, s, keccak256("A kinder text"));
        s.signature = _sign(digest, _keyOf(CARL));
        _bad(r, s);
    }

    /// @notice Each signature has a twin that recovers to the same address. The twin is refused: one ballot, one form.
    function test_WhenASignatureIsMalleable() public {
        uint32 r = _openDecision();
        Assembled.Slip memory s = _slip(r, CARL, FOR, 1);
        (uint8 v, bytes32 x, bytes32 y) = vm.sign(_keyOf(CARL), _digest(r, s));
        s.signature = abi.encodePacked(x, ORDER - uint256(y), v == 27 ? uint8(28) : uint8(27));
        _bad(r, s);
        s.signature = abi.encodePacked(x, y, v - 27);
        _bad(r, s);
    }

    /// @notice Signatures of no length, of 64 bytes, of 66 and of 20,000 stand between two good ballots, which count.
    function test_WhenASignatureHasAnotherLength() public {
        uint32 r = _openDecision();
        uint16[4] memory lengths = [uint16(0), 64, 66, 20_000];
        for (uint8 i = 0; i < 4; ++i) {
            Assembled.Slip memory s = _slip(r, BEN, FOR, 1);
            s.signature = new bytes(lengths[i]);
            vm.expectEmit(address(theAssembly));
            emit IAssembly.BallotRefused(r, BEN, 1, IAssembly.BallotRefusal.BadSignature);
            _cast(r, _list(_slip(r, ANA, FOR, i + 1), s, _slip(r, CARL, AGAINST, i + 1)));
            _assertBallot(r, ANA, i + 1, FOR);
            _assertBallot(r, BEN, 0, 0);
            _assertBallot(r, CARL, i + 1, AGAINST);
        }
    }

    /// @notice The list of signatures ends in the middle of one, before one, or holds one too many.
    function test_RevertWhen_TheSignaturesDoNotEndWithTheBallots() public {
        uint32 r = _openDecision();
        bytes32[] memory words = new bytes32[](1);
        words[0] = _word(_slip(r, CARL, FOR, 1));
        bytes memory one = _signatures(_list(_slip(r, CARL, FOR, 1)));
        bytes4 error_ = IAssembly.Assembly_LengthMismatch.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, 0, 2));
        theAssembly.castBallots(r, words, "");
        vm.expectRevert(abi.encodeWithSelector(error_, 10, 67));
        theAssembly.castBallots(r, words, abi.encodePacked(uint16(65), uint64(7)));
        vm.expectRevert(abi.encodeWithSelector(error_, 134, 67));
        theAssembly.castBallots(r, words, abi.encodePacked(one, one));
        vm.expectRevert(abi.encodeWithSelector(error_, 68, 67));
        theAssembly.castBallots(r, words, abi.encodePacked(one, uint8(0)));
    }

    /// @notice Words that say what no ballot may say: no choice, a fifth one, no sequence, one of seven bits, a bit that
    /// nothing reads. Each is properly signed, as far as it can be.
    function test_WhenAWordSaysWhatNoBallotMaySay() public {
        uint32 r = _openDecision();
        uint8[2][5] memory cases = [[uint8(0), 1], [uint8(4), 1], [uint8(255), 1], [FOR, 0], [FOR, 64]];
        for (uint256 i = 0; i < cases.length; ++i) {
            _mustRefuse(r, _slip(r, CARL, cases[i][0], cases[i][1]), IAssembly.BallotRefusal.Malformed);
        }
        Assembled.Slip memory good = _slip(r, CARL, FOR, 63);
        bytes32[] memory words = new bytes32[](1);
        words[0] = bytes32(uint256(_word(good)) | (1 << 48));
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotRefused(r, CARL, 63, IAssembly.BallotRefusal.Malformed);
        theAssembly.castBallots(r, words, _signatures(_list(good)));
        _cast(r, good);
        _assertBallot(r, CARL, 63, FOR);
    }

    /// @notice Wallets that burn their gas, revert, or answer without end stand in one call with two honest members. They
    /// lose their own ballots, and sink nobody's.
    function test_WhenContractWalletsMisbehave() public {
        address talkative = address(new TalkativeWallet());
        _enter(IMembership.Category.User, abi.encodePacked(address(new BurningWallet())));
        _enter(IMembership.Category.User, abi.encodePacked(address(new RevertingWallet())));
        _enter(IMembership.Category.User, abi.encodePacked(talkative));
        _enter(IMembership.Category.User, abi.encodePacked(talkative, new bytes(64)));
        uint32 honest = _enter(IMembership.Category.User, abi.encodePacked(vm.addr(_keyOf(MEMBERS + 5))));
        uint32 r = _openDecision();
        Assembled.Slip[] memory slips = new Assembled.Slip[](6);
        slips[0] = _slip(r, ANA, FOR, 1);
        for (uint32 i = 1; i <= 4; ++i) {
            slips[i] = _slip(r, MEMBERS + i, FOR, 1);
        }
        slips[5] = _slip(r, honest, AGAINST, 1);
        (bytes32[] memory words,) = _words(slips);
        bytes memory signatures = _signatures(slips);
        theAssembly.castBallots{gas: 10_000_000}(r, words, signatures);
        _eq(_count(r, 0, FOR), 1, "Ana's ballot");
        _eq(_count(r, 0, AGAINST), 1, "the honest one's");
        _assertBallot(r, MEMBERS + 1, 0, 0);
    }

    /// @notice A relay that dislikes a ballot sends it with too little gas, so that its wallet cannot answer. Whatever the
    /// relay gives, the ballot is counted, or the call reverts and may be sent again: it is never told refused.
    function test_WhenARelayGivesTooLittleGas() public {
        HungryWallet wallet = new HungryWallet();
        uint32 member = _enter(IMembership.Category.User, abi.encodePacked(address(wallet)));
        uint32 passkey = _enter(IMembership.Category.User, abi.encodePacked(address(wallet), new bytes(64)));
        uint32 r = _openDecision();
        wallet.ask(_offered(r, wallet, member));
        _mustNeverBeTold(r, member);
        wallet.ask(_offered(r, wallet, passkey));
        _mustNeverBeTold(r, passkey);
    }

    /// @dev The most that a wallet may ask for, and be given when gas is plenty: found by halving, unseen by the tally.
    function _offered(uint32 r, HungryWallet wallet, uint32 member) private returns (uint256) {
        (uint256 low, uint256 high) = (300_000, 600_000);
        for (uint8 sequence = 1; high - low > 1; ++sequence) {
            wallet.ask((low + high) / 2);
            more.cool(address(membership));
            _cast(r, _slip(r, member, FOR, sequence));
            (uint8 counted,) = theAssembly.ballotOf(r, member);
            if (counted == sequence) low = wallet.need();
            else high = wallet.need();
        }
        _eq(low / 100_000, 5, "well above what a passkey takes");
        return low;
    }

    function _mustNeverBeTold(uint32 r, uint32 member) private {
        (bytes32[] memory words,) = _words(_list(_slip(r, member, AGAINST, 40)));
        bytes memory signatures = _signatures(_list(_slip(r, member, AGAINST, 40)));
        uint256 gas_ = 580_000;
        bool isCounted = false;
        while (!isCounted) {
            gas_ += 250;
            more.cool(address(membership));
            more.cool(address(theAssembly));
            try theAssembly.castBallots{gas: gas_}(r, words, signatures) {
                _assertBallot(r, member, 40, AGAINST);
                isCounted = true;
            } catch {}
        }
        _eq(gas_ < 800_000 ? 1 : 0, 1, "and with little more, it counts");
    }

    /// @notice The error says that gas was short, so that an honest relay knows what to change.
    function test_RevertWhen_TheGasIsTooLowForAContractWallet() public {
        uint32 member = _enter(IMembership.Category.User, abi.encodePacked(address(new RevertingWallet())));
        uint32 r = _openDecision();
        (bytes32[] memory words,) = _words(_list(_slip(r, member, FOR, 1)));
        bytes memory signatures = _signatures(_list(_slip(r, member, FOR, 1)));
        try theAssembly.castBallots{gas: 500_000}(r, words, signatures) {
            revert("it must not be told");
        } catch (bytes memory told) {
            vm.assertEq(bytes32(bytes4(told)), bytes32(IAssembly.Assembly_GasTooLow.selector), "the error");
        }
    }

    /// @notice Ballots sent before the opening, and a second after the last one of the vote.
    function test_RevertWhen_TheVoteIsNotOpen() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        Assembled.Slip[] memory slips = _list(_slip(r, CARL, FOR, 1));
        uint64 opensAt = theAssembly.resolution(r).opensAt;
        vm.warp(opensAt - 1);
        _wrongState(r, IAssembly.State.Noticed, IAssembly.State.Open);
        _cast(r, slips);
        vm.warp(opensAt);
        _cast(r, slips);
        slips[0] = _slip(r, CARL, AGAINST, 2);
        vm.warp(theAssembly.resolution(r).closesAt);
        _wrongState(r, IAssembly.State.NoQuorum, IAssembly.State.Open);
        _cast(r, slips);
    }
}
