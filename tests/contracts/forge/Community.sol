// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Vm} from "./Vm.sol";

/// @notice A community behind its proxies, founded the way the deployment founds it, with what tests need to use it.
/// @dev Deploys the artifacts and imports only interfaces, so that the contracts run as they are deployed, optimised,
/// while the tests compile in seconds.
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

    IMembership internal membership;
    ICommunityCredit internal credit;
    ICommunityFund internal fund;
    IRulebook internal rulebook;

    function _rules() internal pure virtual returns (IRulebook.Rules memory) {
        return IRulebook.Rules(30, 60, 1000, 500, 10, 3 days);
    }

    function _found() internal {
        vm.warp(NOW);
        uint64 n = vm.getNonce(address(this));
        // Four implementations, then four proxies.
        membership = IMembership(vm.computeCreateAddress(address(this), n + 4));
        credit = ICommunityCredit(vm.computeCreateAddress(address(this), n + 5));
        fund = ICommunityFund(vm.computeCreateAddress(address(this), n + 6));
        rulebook = IRulebook(vm.computeCreateAddress(address(this), n + 7));
        address m = _deploy("Membership.sol:Membership", abi.encode(fund, credit, rulebook));
        address c = _deploy("CommunityCredit.sol:CommunityCredit", abi.encode(membership, fund));
        address f = _deploy("CommunityFund.sol:CommunityFund", abi.encode(membership, credit, rulebook));
        address r = _deploy("Rulebook.sol:Rulebook", abi.encode(membership, fund));
        _proxy(m, abi.encodeWithSignature("initialize(address)", address(this)));
        _proxy(c, abi.encodeWithSignature("initialize(string,string)", "Community credit", "CC"));
        _proxy(f, abi.encodeWithSignature("initialize()"));
        _proxy(r, abi.encodeWithSignature("initialize((uint16,uint16,uint16,uint16,uint16,uint32))", _rules()));
        membership.grantRole(IMembership.Role.Registrar, REGISTRAR, uint64(NOW + 3650 days));
        membership.grantRole(IMembership.Role.Treasurer, TREASURER, uint64(NOW + 3650 days));
    }

    function _proxy(address implementation, bytes memory data) internal returns (address) {
        return address(new ERC1967Proxy(implementation, data));
    }

    function _deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            if iszero(deployed) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
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
        (b.r, b.vs) = _compact(key, fund.purchaseDigest(b));
    }

    function _sign(ICommunityFund.ReversalBatch memory b, uint256 key) internal view {
        (b.r, b.vs) = _compact(key, fund.reversalDigest(b));
    }

    /// @dev A compact signature, ERC-2098.
    function _compact(uint256 key, bytes32 digest) internal pure returns (bytes32 r, bytes32 vs) {
        uint8 v;
        (v, r, vs) = vm.sign(key, digest);
        vs = bytes32(uint256(vs) | (uint256(v - 27) << 255));
    }
}
