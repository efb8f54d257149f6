// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "./interfaces/IMembership.sol";
import {IProjectAwards} from "./interfaces/IProjectAwards.sol";
import {IProjectBook} from "./interfaces/IProjectBook.sol";
import {ProjectRegister} from "./project/ProjectRegister.sol";
import {Tranches} from "./project/Tranches.sol";

/// @title The book's extension: votes, awards, tranches, loans, see {Extended} and {IProjectBook}
contract ProjectAwards is Tranches {
    constructor(Neighbours memory neighbours) ProjectRegister(neighbours) {}

    /// @inheritdoc IProjectAwards
    function repayLoan(uint32 project_, uint64 amount, bytes32 bankReference) external {
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        _reduce(project_, amount).repaid += amount;
        FUND.receiveRepayment(amount, bankReference);
        emit LoanRepaid(project_, amount, bankReference);
    }

    /// @inheritdoc IProjectAwards
    function writeOffLoan(uint32 project_, uint64 amount) external onlyGovernor {
        _reduce(project_, amount).writtenOff += amount;
        FUND.writeOffLoan(amount);
        emit LoanWrittenOff(project_, amount);
    }

    /// @inheritdoc IProjectAwards
    function arrears(uint32 project_) external view returns (uint64 due, uint64 late) {
        IProjectBook.Project storage p = _known(project_);
        IProjectBook.Loan memory loan = p.loan;
        if (loan.instalments == 0 || block.timestamp < loan.firstDueAt) return (0, 0);
        uint256 passed = loan.interval == 0 ? loan.instalments : (block.timestamp - loan.firstDueAt) / loan.interval + 1;
        due = passed >= loan.instalments ? p.released : uint64(p.released / loan.instalments * passed);
        uint64 settled = p.repaid + p.writtenOff;
        late = due > settled ? due - settled : 0;
    }

    /// @inheritdoc IProjectAwards
    function spendable(uint32 project_, uint8 line) external view returns (uint32 signer, uint64 cap, uint256 kinds) {
        IProjectBook.Project storage p = _spending(project_);
        uint256 count = _lines[project_].length;
        if (line >= count) revert ProjectBook_LineUnknown(line, count);
        IProjectBook.Line memory l = _lines[project_][line];
        return (p.signer, l.amount, l.merchantKinds);
    }

    /// @dev A loan of which `amount` is still owed.
    function _reduce(uint32 project_, uint64 amount) private view returns (IProjectBook.Project storage p) {
        p = _known(project_);
        if (p.instrument != IProjectBook.Instrument.Loan) revert ProjectBook_NotLoan(project_);
        if (amount == 0) revert IProjectBook.ProjectBook_WrongAmount(0, 1);
        uint64 owed = p.released - p.repaid - p.writtenOff;
        if (amount > owed) revert ProjectBook_MoreThanOwed(amount, owed);
    }
}
