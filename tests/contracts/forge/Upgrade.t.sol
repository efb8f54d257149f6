// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProxied} from "./Community.sol";
import {Tester} from "./Tester.sol";
import {Verifier} from "./parts/Verifier.sol";

error UUPSUnauthorizedCallContext();
error ERC1967InvalidImplementation(address implementation);

interface ISecondFund {
    function migrate(uint256 value) external;
    function appended() external view returns (uint256);
}

/// @notice A populated community outlives its code: the fund's second version appends a variable and keeps all the
/// rest; the eight others are replaced by new deployments of themselves.
contract UpgradeTest is Tester {
    bytes32[] private _items;

    function setUp() public override {
        super.setUp();
        _items = _list(_item(alice, 10_000, TODAY), _item(0, 5000, TODAY));
        _record(_items);
        _record(_item(bruno + 1, 1, TODAY)); // Refused.
        _settle(shop, 100, "bank");
        vm.prank(REGISTRAR);
        membership.scheduleRate(shop, 300, TODAY + 50);
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(alice, new bytes(20), "");
        _publish(100, 200);
    }

    function _secondVersions() private returns (address[9] memory versions) {
        versions = _implementations();
        versions[2] =
            _deploy("CommunityFundV2.sol:CommunityFundV2", abi.encode(membership, credit, rulebook, _outflows()));
    }

    function _upgradeAll() private {
        address[9] memory versions = _secondVersions();
        for (uint256 i = 0; i < 9; ++i) {
            bytes memory migration = i == 2 ? abi.encodeCall(ISecondFund.migrate, (42)) : bytes("");
            IProxied(_proxies()[i]).upgradeToAndCall(versions[i], migration);
        }
    }

    /// @dev Everything that the views tell of this community.
    function _everything() private view returns (bytes32) {
        return keccak256(abi.encode(_register(), _ledger(), _books()));
    }

    function _register() private view returns (bytes memory) {
        return abi.encode(
            membership.governor(),
            membership.memberCount(),
            membership.tillCount(),
            membership.member(alice),
            membership.merchant(shop),
            membership.rateOn(shop, TODAY),
            membership.till(till),
            membership.rotation(alice),
            membership.nonce(alice),
            membership.roleUntil(IMembership.Role.Registrar, REGISTRAR)
        );
    }

    function _ledger() private view returns (bytes memory) {
        return abi.encode(
            fund.balanceSheet(),
            fund.merchantAccount(shop),
            fund.batchRecord(till, 1),
            fund.batchRecord(till, 3),
            fund.reversedOf(till, 3),
            fund.referenceUsed("bank")
        );
    }

    function _books() private view returns (bytes memory) {
        return abi.encode(
            credit.name(),
            credit.symbol(),
            credit.totalSupply(),
            credit.account(0),
            credit.account(alice),
            rulebook.currentVersion(),
            rulebook.rules(1),
            rulebook.rules(2)
        );
    }

    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        address[9] memory versions = _secondVersions();
        address[3] memory callers = [REGISTRAR, TREASURER, address(fund)];
        for (uint256 i = 0; i < 9; ++i) {
            for (uint256 c = 0; c < 3; ++c) {
                address proxy = _proxies()[i];
                _reverts(IGoverned.Governed_NotGovernor.selector, _id(callers[c]), _id(address(this)));
                vm.prank(callers[c]);
                IProxied(proxy).upgradeToAndCall(versions[i], "");
            }
        }
    }

    function test_RevertWhen_TheCallGoesToTheImplementation() public {
        address[9] memory versions = _secondVersions();
        for (uint256 i = 0; i < 9; ++i) {
            address implementation = _implementation(_proxies()[i]);
            _reverts(UUPSUnauthorizedCallContext.selector);
            IProxied(implementation).upgradeToAndCall(versions[i], "");
        }
    }

    function test_RevertWhen_TheNewCodeIsNoImplementation() public {
        address stray = address(new Verifier());
        _reverts(ERC1967InvalidImplementation.selector, _id(stray));
        IProxied(address(fund)).upgradeToAndCall(stray, "");
    }

    function test_RevertWhen_TheSecondVersionIsMigratedTwice() public {
        _upgradeAll();
        _reverts(bytes4(keccak256("InvalidInitialization()")));
        ISecondFund(address(fund)).migrate(7);
    }

    function test_WhenTheGovernorUpgradesAPopulatedCommunity() public {
        bytes32 before = _everything();
        _upgradeAll();
        vm.assertEq(_everything(), before, "nothing was lost");
        _eq(ISecondFund(address(fund)).appended(), 42, "appended");
    }

    /// @notice Under the second versions the old purchases are refunded, and new ones recorded.
    function test_WhenLifeGoesOnAfterTheUpgrade() public {
        _upgradeAll();
        ICommunityFund.Reversal memory r = _refund(1, 10_000);
        _reverse(r, _items);
        _eq(_creditOf(alice), 0, "credit");
        _record(_item(alice, 10_000, TODAY));
        _eq(_creditOf(alice), 272, "credit"); // 3 % of 280 are kept now.
        _eq(ISecondFund(address(fund)).appended(), 42, "appended");
    }
}
