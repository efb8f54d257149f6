// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {CommunityCredit} from "../../../contracts/CommunityCredit.sol";
import {CommunityFund} from "../../../contracts/CommunityFund.sol";
import {Membership} from "../../../contracts/Membership.sol";
import {Rulebook} from "../../../contracts/Rulebook.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Vm} from "./Vm.sol";

/// @notice A community behind its proxies, founded the way the deployment founds it, with what tests need to use it.
abstract contract Community {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address internal constant REGISTRAR = address(0x1001);
    address internal constant TREASURER = address(0x1002);
    uint256 internal constant TILL_KEY = 0xA11CE;
    uint256 internal constant NOW = 1_800_000_000;
    uint32 internal constant TODAY = uint32(NOW / 1 days);
    uint16 internal constant RATE = 280;
    uint48 internal constant LIMIT = 1e12;
    uint48 internal constant CAP = 1e10;

    Membership internal membership;
    CommunityCredit internal credit;
    CommunityFund internal fund;
    Rulebook internal rulebook;

    function _rules() internal pure virtual returns (IRulebook.Rules memory) {
        return IRulebook.Rules(30, 60, 1000, 500, 10, 3 days);
    }

    function _found() internal {
        vm.warp(NOW);
        uint64 n = vm.getNonce(address(this));
        // Four implementations, then four proxies.
        membership = Membership(vm.computeCreateAddress(address(this), n + 4));
        credit = CommunityCredit(vm.computeCreateAddress(address(this), n + 5));
        fund = CommunityFund(vm.computeCreateAddress(address(this), n + 6));
        rulebook = Rulebook(vm.computeCreateAddress(address(this), n + 7));
        address m = address(new Membership(address(fund), credit, rulebook));
        address c = address(new CommunityCredit(membership, fund));
        address f = address(new CommunityFund(membership, credit, rulebook));
        address r = address(new Rulebook(membership, fund));
        new ERC1967Proxy(m, abi.encodeCall(Membership.initialize, (address(this))));
        new ERC1967Proxy(c, abi.encodeCall(CommunityCredit.initialize, ("Community credit", "CC")));
        new ERC1967Proxy(f, abi.encodeCall(CommunityFund.initialize, ()));
        new ERC1967Proxy(r, abi.encodeCall(Rulebook.initialize, (_rules())));
        membership.grantRole(IMembership.Role.Registrar, REGISTRAR, uint64(NOW + 3650 days));
        membership.grantRole(IMembership.Role.Treasurer, TREASURER, uint64(NOW + 3650 days));
    }

    function _admit(uint256 count, IMembership.MemberKind kind) internal returns (uint32 first) {
        IMembership.Admission[] memory a = new IMembership.Admission[](count);
        for (uint256 i = 0; i < count; ++i) {
            a[i] = IMembership.Admission(kind, IMembership.Category.User, TODAY - 400, TODAY + 4000, "");
        }
        vm.prank(REGISTRAR);
        return membership.admitMembers(a);
    }

    function _merchant() internal returns (uint32 merchant, uint32 till) {
        merchant = _admit(1, IMembership.MemberKind.Organisation);
        vm.prank(REGISTRAR);
        membership.enrolMerchant(merchant, RATE, LIMIT, CAP);
        vm.prank(REGISTRAR);
        till = membership.enrolTill(merchant, vm.addr(TILL_KEY));
    }

    function _item(uint256 member, uint256 amount, uint256 day) internal pure returns (bytes32) {
        uint256 commitment = uint128(uint256(keccak256(abi.encode(member, amount, day))));
        return bytes32((commitment << 128) | (amount << 64) | (member << 32) | day);
    }

    function _sign(ICommunityFund.PurchaseBatch memory b, uint256 key) internal view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, fund.purchaseDigest(b));
        (b.r, b.vs) = (r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }
}
