// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {IBoard, INTEREST_DECLARED} from "./interfaces/IBoard.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";

/// @title The board, see {IBoard}
contract Board is IBoard, Governed {
    uint256 private constant CATEGORIES = 3;

    IMembership public immutable MEMBERSHIP;
    IRulebook public immutable RULEBOOK;
    address public immutable ASSEMBLY;

    uint32[] private _seated;
    mapping(uint32 member => Director) private _directors;
    /// @inheritdoc IBoard
    mapping(uint32 resolution => mapping(uint32 member => uint64)) public rightOf;

    constructor(IMembership membership_, IRulebook rulebook_, address assembly_) {
        MEMBERSHIP = membership_;
        RULEBOOK = rulebook_;
        ASSEMBLY = assembly_;
    }

    modifier onlyAssembly() {
        if (msg.sender != ASSEMBLY) revert Board_NotAssembly(msg.sender, ASSEMBLY);
        _;
    }

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}

    /// @inheritdoc IBoard
    function seat(uint32 member, uint64 until) external onlyGovernor {
        if (until <= block.timestamp) revert Board_ExpiryPast(until, uint64(block.timestamp));
        IMembership.Member memory m = MEMBERSHIP.member(member);
        if (!_isValid(m, block.timestamp / 1 days)) revert Board_NotValid(member);
        delete _directors[member];
        uint256 taken = _dropFormer(m.category) + 1;
        uint256 seats = RULEBOOK.boardSeats(uint256(m.category));
        if (taken > seats) revert Board_SeatsTaken(m.category, taken, seats);
        _seated.push(member);
        _directors[member] = Director(m.category, until);
        emit DirectorSeated(member, m.category, until);
    }

    /// @inheritdoc IBoard
    function unseat(uint32 member) external onlyGovernor {
        if (!isInOffice(member)) revert Board_NotDirector(member);
        delete _directors[member];
        emit DirectorUnseated(member);
    }

    /// @inheritdoc IBoard
    function callRoll(uint32 resolution, uint32 day) external onlyAssembly returns (uint32[CATEGORIES] memory sizes) {
        for (uint256 i = 0; i < _seated.length; ++i) {
            uint32 member = _seated[i];
            if (!isInOffice(member)) continue;
            Director memory d = _directors[member];
            IMembership.Member memory m = MEMBERSHIP.member(member);
            if (!_isValid(m, day) || m.category != d.category) continue;
            rightOf[resolution][member] = d.until;
            ++sizes[uint256(d.category)];
        }
    }

    /// @inheritdoc IBoard
    function excuse(uint32 resolution, uint32 member) external onlyAssembly {
        if (rightOf[resolution][member] <= INTEREST_DECLARED) revert Board_NotDirector(member);
        rightOf[resolution][member] = INTEREST_DECLARED;
    }

    /// @inheritdoc IBoard
    function director(uint32 member) external view returns (Director memory) {
        return _directors[member];
    }

    /// @inheritdoc IBoard
    function directors() external view returns (uint32[] memory) {
        return _seated;
    }

    /// @inheritdoc IBoard
    function directorsInOffice() external view returns (uint256 count) {
        for (uint256 i = 0; i < _seated.length; ++i) {
            if (isInOffice(_seated[i])) ++count;
        }
    }

    /// @inheritdoc IBoard
    function isInOffice(uint32 member) public view returns (bool) {
        return _directors[member].until > block.timestamp;
    }

    /// @dev Drops those who are no longer in office, and counts the directors of a category.
    function _dropFormer(IMembership.Category category) private returns (uint256 count) {
        uint256 i = 0;
        while (i < _seated.length) {
            uint32 member = _seated[i];
            if (isInOffice(member)) {
                if (_directors[member].category == category) ++count;
                ++i;
            } else {
                _seated[i] = _seated[_seated.length - 1];
                _seated.pop();
            }
        }
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }

    function _isValid(IMembership.Member memory m, uint256 day) private pure returns (bool) {
        return m.validFrom <= day && day < m.validUntil;
    }
}
