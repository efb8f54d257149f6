// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MoneyActors} from "./MoneyActors.sol";
import {MoneyLaws} from "./MoneyLaws.sol";

/// @notice Random calls of everyone through whom money goes out and comes back break none of the laws.
/// @dev All laws stand in one function: forge runs a campaign of its own for each.
contract MoneyLawsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    MoneyActors private _actors;
    MoneyLaws private _laws;

    function setUp() external {
        _actors = new MoneyActors();
        _actors.setUp();
        _laws = new MoneyLaws(_actors);
    }

    /// @dev Read by forge: whom the campaign calls, and with what. A function named twice is called twice as often.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(_actors);
        bytes4[] memory often = _often();
        bytes4[] memory seldom = _seldom();
        targets[0].selectors = new bytes4[](2 * often.length + seldom.length);
        for (uint256 i = 0; i < targets[0].selectors.length; ++i) {
            bool isOften = i < 2 * often.length;
            targets[0].selectors[i] = isOften ? often[i % often.length] : seldom[i - 2 * often.length];
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    function invariant_TheLawsOfTheMoneyHold() external view {
        _laws.checkAll();
    }

    function _often() private view returns (bytes4[] memory often) {
        bytes4[21] memory named = [
            _actors.buy.selector,
            _actors.settle.selector,
            _actors.draft.selector,
            _actors.submit.selector,
            _actors.assess.selector,
            _actors.putToVote.selector,
            _actors.award.selector,
            _actors.receiveCoFinancing.selector,
            _actors.claim.selector,
            _actors.claim.selector,
            _actors.review.selector,
            _actors.release.selector,
            _actors.fileAccount.selector,
            _actors.acceptAccount.selector,
            _actors.spend.selector,
            _actors.spend.selector,
            _actors.payOn.selector,
            _actors.requestCash.selector,
            _actors.attest.selector,
            _actors.approve.selector,
            _actors.payRedemption.selector
        ];
        often = new bytes4[](named.length);
        for (uint256 i = 0; i < named.length; ++i) {
            often[i] = named[i];
        }
    }

    function _seldom() private view returns (bytes4[] memory seldom) {
        bytes4[32] memory named = [
            _actors.passTime.selector,
            _actors.vote.selector,
            _actors.refund.selector,
            _actors.giveBack.selector,
            _actors.net.selector,
            _actors.payCash.selector,
            _actors.dropCashRequest.selector,
            _actors.requestRedemption.selector,
            _actors.requestForHeirs.selector,
            _actors.dropRedemption.selector,
            _actors.openCall.selector,
            _actors.addPartner.selector,
            _actors.stateFact.selector,
            _actors.declareRelation.selector,
            _actors.loseVote.selector,
            _actors.pledge.selector,
            _actors.repayLoan.selector,
            _actors.writeOffLoan.selector,
            _actors.suspend.selector,
            _actors.resume.selector,
            _actors.terminate.selector,
            _actors.lapse.selector,
            _actors.evaluate.selector,
            _actors.lapseClaim.selector,
            _actors.rotate.selector,
            _actors.setValidity.selector,
            _actors.suspendOrReinstate.selector,
            _actors.setKind.selector,
            _actors.setLimits.selector,
            _actors.payOperating.selector,
            _actors.attestDue.selector,
            _actors.allowOperating.selector
        ];
        bytes4[4] memory others = [
            _actors.pause.selector,
            _actors.publishOutflowRules.selector,
            _actors.writeOffDebt.selector,
            _actors.trespass.selector
        ];
        seldom = new bytes4[](named.length + others.length);
        for (uint256 i = 0; i < seldom.length; ++i) {
            seldom[i] = i < named.length ? named[i] : others[i - named.length];
        }
    }
}
