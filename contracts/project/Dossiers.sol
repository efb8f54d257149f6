// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {Eligibility} from "./Eligibility.sol";
import {ProjectRegister} from "./ProjectRegister.sol";

/// @title Calls, and the dossiers that answer them
abstract contract Dossiers is IProjectBook, ProjectRegister {
    uint256 private constant MOST_PARTNERS = 32;
    uint256 private constant MOST_TRANCHES = 12;
    uint256 private constant MOST_LINES = 16;

    /// @inheritdoc IProjectBook
    function publishIssues(uint16 count, bytes32 text) external onlyGovernor {
        _issueCount = count;
        emit IssuesPublished(count, text);
    }

    /// @inheritdoc IProjectBook
    function openCall(Call calldata terms) external onlyGovernor returns (uint32 call_) {
        if (terms.required >> Eligibility.CRITERIA != 0) {
            revert ProjectBook_BadCall(terms.required, (1 << Eligibility.CRITERIA) - 1);
        }
        if (terms.closesAt <= block.timestamp) revert ProjectBook_CallClosed(uint64(block.timestamp), terms.closesAt);
        MEMBERSHIP.member(terms.attestor); // Reverts for a number that is no member's.
        call_ = ++_callCount;
        _calls[call_] = terms;
        emit CallOpened(call_, terms);
    }

    /// @inheritdoc IProjectBook
    function draft(uint32 call_, uint32 applicant, bytes32 text, bytes calldata signature)
        external
        returns (uint32 project_)
    {
        _requireOpen(_call(call_));
        _authorise("draft", applicant, call_, abi.encode(text), signature);
        project_ = ++_projectCount;
        Project storage p = _projects[project_];
        p.state = State.Draft;
        p.call = call_;
        p.applicant = applicant;
        p.text = text;
        emit ProjectDrafted(project_, call_, applicant, text);
        _relate(project_, applicant);
    }

    /// @inheritdoc IProjectBook
    function addPartner(uint32 project_, Partner calldata partner, bytes calldata signature) external {
        Project storage p = _inState(project_, State.Draft);
        _authorise("addPartner", p.applicant, project_, abi.encode(partner), signature);
        Partner[] storage known = _partners[project_];
        if (known.length >= MOST_PARTNERS) revert ProjectBook_TooMany(known.length + 1, MOST_PARTNERS);
        for (uint8 i = 0; i < known.length; ++i) {
            bool isSame = known[i].organisation == partner.organisation || known[i].controller == partner.controller
                || (partner.member != 0 && known[i].member == partner.member);
            if (isSame) revert ProjectBook_SamePartner(i);
        }
        known.push(Partner(partner.kind, partner.member, false, partner.organisation, partner.controller));
        emit PartnerAdded(project_, uint8(known.length - 1), known[known.length - 1]);
        _relate(project_, partner.member);
    }

    /// @inheritdoc IProjectBook
    function stateFact(uint32 project_, Criterion criterion, uint64 value, bytes32 evidence, bytes calldata signature)
        external
    {
        Project storage p = _inState(project_, State.Draft);
        _authorise("stateFact", p.applicant, project_, abi.encode(criterion, value, evidence), signature);
        Eligibility.requireStatable(criterion, value, _issueCount);
        _facts[project_][criterion] = Fact(value, 0, evidence);
        emit FactStated(project_, criterion, value, evidence);
    }

    /// @inheritdoc IProjectBook
    function declareRelation(uint32 project_, uint32 related, uint32 by, bytes calldata signature) external {
        Project storage p = _known(project_);
        if (by != related && by != _calls[p.call].attestor) {
            revert ProjectBook_NotAttestor(by, _calls[p.call].attestor);
        }
        _authorise("declareRelation", by, project_, abi.encode(related), signature);
        MEMBERSHIP.member(related); // Reverts for a number that is no member's.
        _relate(project_, related);
    }

    /// @inheritdoc IProjectBook
    function submit(uint32 project_, Plan calldata plan, bytes calldata signature) external {
        Project storage p = _inState(project_, State.Draft);
        _requireOpen(_calls[p.call]);
        _authorise("submit", p.applicant, project_, abi.encode(plan), signature);
        _requireSound(project_, plan);
        p.state = State.Submitted;
        p.instrument = plan.instrument;
        p.mentor = plan.mentor;
        p.signer = plan.signer;
        p.amount = plan.amount;
        p.sought = plan.sought;
        p.expiresAt = plan.expiresAt;
        p.loan = plan.loan;
        for (uint256 i = 0; i < plan.tranches.length; ++i) {
            _tranches[project_].push(plan.tranches[i]);
        }
        for (uint256 i = 0; i < plan.lines.length; ++i) {
            _lines[project_].push(plan.lines[i]);
        }
        emit ProjectSubmitted(project_, plan);
        _relate(project_, plan.signer);
    }

    /// @inheritdoc IProjectBook
    function acceptMentoring(uint32 project_, bytes calldata signature) external {
        Project storage p = _inState(project_, State.Submitted);
        _requireUnrelated(project_, p.mentor);
        _authorise("acceptMentoring", p.mentor, project_, "", signature);
        p.isMentored = true;
        emit MentoringAccepted(project_, p.mentor);
    }

    /// @inheritdoc IProjectBook
    function attestFact(uint32 project_, Criterion criterion, bytes calldata signature) external {
        Fact storage f = _facts[project_][criterion];
        uint32 attestor = _attestor(project_);
        _authorise("attestFact", attestor, project_, abi.encode(criterion, f.value, f.evidence), signature);
        if (f.evidence == 0) revert ProjectBook_Missing(uint16(1 << uint8(criterion)));
        f.attestor = attestor;
        emit FactAttested(project_, criterion, attestor);
    }

    /// @inheritdoc IProjectBook
    function attestPartner(uint32 project_, uint8 index, bytes calldata signature) external {
        uint32 attestor = _attestor(project_);
        Partner[] storage known = _partners[project_];
        if (index >= known.length) revert ProjectBook_PartnerUnknown(index, known.length);
        _authorise("attestPartner", attestor, project_, abi.encode(index, known[index]), signature);
        known[index].attested = true;
        emit PartnerAttested(project_, index, attestor);
    }

    /// @inheritdoc IProjectBook
    function qualify(uint32 project_) external {
        Project storage p = _inState(project_, State.Submitted);
        uint16 lacking = missing(project_);
        if (lacking != 0) revert ProjectBook_Missing(lacking);
        p.state = State.Eligible;
        emit ProjectEligible(project_);
    }

    /// @inheritdoc IProjectBook
    function issueCount() external view returns (uint16) {
        return _issueCount;
    }

    /// @inheritdoc IProjectBook
    function callCount() external view returns (uint32) {
        return _callCount;
    }

    /// @inheritdoc IProjectBook
    function projectCount() external view returns (uint32) {
        return _projectCount;
    }

    /// @inheritdoc IProjectBook
    function call(uint32 call_) external view returns (Call memory) {
        return _call(call_);
    }

    /// @inheritdoc IProjectBook
    function project(uint32 project_) external view returns (Project memory) {
        return _known(project_);
    }

    /// @inheritdoc IProjectBook
    function fact(uint32 project_, Criterion criterion) external view returns (Fact memory) {
        return _facts[project_][criterion];
    }

    /// @inheritdoc IProjectBook
    function partners(uint32 project_) external view returns (Partner[] memory) {
        return _partners[project_];
    }

    /// @inheritdoc IProjectBook
    function tranches(uint32 project_) external view returns (Tranche[] memory) {
        return _tranches[project_];
    }

    /// @inheritdoc IProjectBook
    function lines(uint32 project_) external view returns (Line[] memory) {
        return _lines[project_];
    }

    /// @inheritdoc IProjectBook
    function progress(uint32 project_, uint8 tranche) external view returns (Progress memory) {
        return _progress[project_][tranche];
    }

    /// @inheritdoc IProjectBook
    function awardedOf(uint32 call_) external view returns (uint256) {
        return _awardedOf[call_];
    }

    /// @inheritdoc IProjectBook
    function isRelated(uint32 project_, uint32 member) external view returns (bool) {
        return _isRelated[project_][member];
    }

    /// @inheritdoc IProjectBook
    function sourceOf(bytes32 source) external view returns (uint32) {
        return _sourceOf[source];
    }

    /// @inheritdoc IProjectBook
    function missing(uint32 project_) public view returns (uint16) {
        Project storage p = _known(project_);
        return Eligibility.missing(_calls[p.call], p, _facts[project_], _partners[project_]);
    }

    /// @dev The call's attestor, for a submitted dossier in which he or she has no interest.
    function _attestor(uint32 project_) private view returns (uint32 attestor) {
        attestor = _calls[_inState(project_, State.Submitted).call].attestor;
        _requireUnrelated(project_, attestor);
    }

    function _requireOpen(Call storage terms) private view {
        if (block.timestamp >= terms.closesAt) {
            revert ProjectBook_CallClosed(uint64(block.timestamp), terms.closesAt);
        }
    }

    function _requireSound(uint32 project_, Plan calldata plan) private view {
        if (plan.amount == 0) revert ProjectBook_WrongAmount(0, 1);
        if (plan.expiresAt <= block.timestamp) {
            revert ProjectBook_BadExpiry(plan.expiresAt, uint64(block.timestamp));
        }
        if (plan.tranches.length > MOST_TRANCHES) revert ProjectBook_TooMany(plan.tranches.length, MOST_TRANCHES);
        if (plan.lines.length > MOST_LINES) revert ProjectBook_TooMany(plan.lines.length, MOST_LINES);
        if (plan.mentor == plan.signer) revert ProjectBook_SamePerson(plan.mentor);
        _requireUnrelated(project_, plan.mentor);
        MEMBERSHIP.member(plan.mentor); // Reverts, as the next, for a number that is no member's.
        MEMBERSHIP.member(plan.signer);
        bool isLoan = plan.instrument == Instrument.Loan;
        if (isLoan != (plan.loan.instalments != 0) || (isLoan && plan.loan.firstDueAt <= block.timestamp)) {
            revert ProjectBook_BadLoan();
        }
        uint256 sum = 0;
        for (uint256 i = 0; i < plan.tranches.length; ++i) {
            if (plan.tranches[i].amount == 0) revert ProjectBook_WrongAmount(0, 1);
            sum += plan.tranches[i].amount;
        }
        if (sum != plan.amount) revert ProjectBook_BadSum(sum, plan.amount);
        sum = 0;
        for (uint256 i = 0; i < plan.lines.length; ++i) {
            sum += plan.lines[i].amount;
        }
        if (sum != plan.amount) revert ProjectBook_BadSum(sum, plan.amount);
    }
}
