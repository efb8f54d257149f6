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
        targets[0] = FuzzSelector(address(_actors), actsOf(_actors));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    function invariant_TheLawsOfTheMoneyHold() external view {
        _laws.checkAll();
    }

    /// @notice What the campaign calls, as often as it is named; each takes up to two words.
    function actsOf(MoneyActors actors) public pure returns (bytes4[] memory acts) {
        bytes4[] memory often = _often(actors);
        bytes4[] memory seldom = _seldom(actors);
        acts = new bytes4[](2 * often.length + seldom.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            acts[i] = i < 2 * often.length ? often[i % often.length] : seldom[i - 2 * often.length];
        }
    }

    function _often(MoneyActors actors) private pure returns (bytes4[] memory often) {
        bytes4[25] memory named = [
            actors.bring.selector,
            actors.bring.selector,
            actors.passTime.selector,
            actors.buy.selector,
            actors.settle.selector,
            actors.refund.selector,
            actors.draft.selector,
            actors.submit.selector,
            actors.assess.selector,
            actors.putToVote.selector,
            actors.award.selector,
            actors.receiveCoFinancing.selector,
            actors.claim.selector,
            actors.claim.selector,
            actors.review.selector,
            actors.release.selector,
            actors.fileAccount.selector,
            actors.acceptAccount.selector,
            actors.spend.selector,
            actors.spend.selector,
            actors.payOn.selector,
            actors.requestCash.selector,
            actors.redeem.selector,
            actors.approve.selector,
            actors.payRedemption.selector
        ];
        often = new bytes4[](named.length);
        for (uint256 i = 0; i < named.length; ++i) {
            often[i] = named[i];
        }
    }

    function _seldom(MoneyActors actors) private pure returns (bytes4[] memory seldom) {
        bytes4[30] memory named = [
            actors.vote.selector,
            actors.giveBack.selector,
            actors.net.selector,
            actors.payCash.selector,
            actors.dropCashRequest.selector,
            actors.requestRedemption.selector,
            actors.requestForHeirs.selector,
            actors.dropRedemption.selector,
            actors.openCall.selector,
            actors.addPartner.selector,
            actors.stateFact.selector,
            actors.declareRelation.selector,
            actors.loseVote.selector,
            actors.pledge.selector,
            actors.repayLoan.selector,
            actors.writeOffLoan.selector,
            actors.suspend.selector,
            actors.resume.selector,
            actors.terminate.selector,
            actors.lapse.selector,
            actors.evaluate.selector,
            actors.lapseClaim.selector,
            actors.rotate.selector,
            actors.setValidity.selector,
            actors.suspendOrReinstate.selector,
            actors.setKind.selector,
            actors.setLimits.selector,
            actors.payOperating.selector,
            actors.attestDue.selector,
            actors.allowOperating.selector
        ];
        bytes4[4] memory others = [
            actors.pause.selector,
            actors.publishOutflowRules.selector,
            actors.writeOffDebt.selector,
            actors.trespass.selector
        ];
        seldom = new bytes4[](named.length + others.length);
        for (uint256 i = 0; i < seldom.length; ++i) {
            seldom[i] = i < named.length ? named[i] : others[i - named.length];
        }
    }
}
