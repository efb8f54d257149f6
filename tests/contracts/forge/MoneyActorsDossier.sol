// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {MoneyActorsTill} from "./MoneyActorsTill.sol";

/// @notice Calls, and the dossiers that answer them, up to their eligibility.
abstract contract MoneyActorsDossier is MoneyActorsTill {
    uint256 private constant MOST_PROJECTS = 60;
    uint256 private constant MOST_CALLS = 8;
    uint64 private constant ISSUES = 20;
    uint8 private constant CRITERIA = 9;

    /// @dev Asks for anything; mostly for little, so that dossiers come through.
    function openCall(uint256 seed) external {
        IProjectBook.Call memory c;
        c.budget = uint64(20_000 + (seed >> 16) % 500_000);
        c.closesAt = uint64(block.timestamp + ((seed >> 48) % 8 == 0 ? 0 : 3 days + (seed >> 56) % 30 days));
        c.attestor = uint32(1 + (seed >> 64) % 12);
        c.required = uint16((seed >> 80) & (seed >> 96) & (seed % 8 == 0 ? 0x3ff : 0x1ff));
        // Of a criterion that there is not; always so once there are calls enough.
        if (_calls.length > MOST_CALLS || (seed >> 200) % 12 == 0) c.required |= uint16(1 << CRITERIA);
        (c.minPartners, c.minKinds) = (uint8(1 + (seed >> 112) % 3), uint8(1 + (seed >> 120) % 3));
        c.minMerchantShareBps = uint16((seed >> 128) % 8000);
        c.minLeverageBps = uint32((seed >> 144) % 15_000);
        c.text = TEXT;
        bytes memory no;
        if (c.required >= 1 << CRITERIA) {
            no = _no(IProjectBook.ProjectBook_BadCall.selector, c.required, (1 << CRITERIA) - 1);
        } else if (c.closesAt <= block.timestamp) {
            no = _no(IProjectBook.ProjectBook_CallClosed.selector, block.timestamp, c.closesAt);
        }
        bytes memory data = abi.encodeCall(IProjectBook.openCall, (c));
        if (_tryAsGovernor(address(book), data, no, seed >> 8)) _calls.push(c);
    }

    /// @dev A draft with a few partners, and most of the facts that its call asks for.
    function draft(uint256 which, uint256 seed) public {
        if (_dossiers.length > MOST_PROJECTS) return;
        uint32 call = which % 4 == 0 ? uint32(1 + (which >> 8) % (_calls.length - 1)) : 1;
        uint32 applicant = uint32(1 + (seed >> 8) % 12);
        Hand memory h = _hand(address(book), "draft", applicant, call, abi.encode(TEXT), seed >> 16);
        bytes memory no = _or(_ifClosed(call), h.refusal);
        if (!_tryAs(h, abi.encodeCall(IProjectBook.draft, (call, applicant, TEXT, h.signature)), no)) return;
        Dossier storage d = _dossiers.push();
        (d.state, d.call, d.applicant) = (IProjectBook.State.Draft, call, applicant);
        uint32 project = uint32(_dossiers.length - 1);
        _isRelated[project][applicant] = true;
        for (uint256 i = 0; i < _calls[call].minPartners; ++i) {
            _addPartner(project, 3 * ((seed >> 32) % 20) + i, seed >> (8 * i));
        }
        for (uint8 c = 0; c < CRITERIA; ++c) {
            if (_calls[call].required >> c & 1 == 0 || !_isStated(c)) continue;
            bool isShare = c == uint8(IProjectBook.Criterion.MerchantShare);
            _stateFact(project, c, 1 + uint64((seed >> 64) % (isShare ? BPS : 3)), seed >> c);
        }
    }

    /// @dev Another partner, which may be there already, under another name, or one owner's.
    function addPartner(uint256 which, uint256 seed) external {
        uint32 project = _pick(which, IProjectBook.State.Draft);
        if (project != 0) _addPartner(project, (seed >> 16) % 8, seed);
    }

    /// @dev Any fact, with any value.
    function stateFact(uint256 which, uint256 seed) external {
        uint32 project = _pick(which, IProjectBook.State.Draft);
        uint64 value = uint64((seed >> 32) % (seed % 4 == 0 ? 20_000 : 20));
        if (project != 0) _stateFact(project, uint8((seed >> 16) % CRITERIA), value, seed >> 4);
    }

    function declareRelation(uint256 which, uint256 seed) external {
        uint32 project = _pick(which, IProjectBook.State.Active);
        if (project == 0) return;
        uint32 related = uint32(1 + (seed >> 8) % (LAST_MEMBER + (seed % 8 == 0 ? 2 : 0)));
        uint32 attestor = _calls[_dossiers[project].call].attestor;
        uint32 by = seed % 4 == 0 ? attestor : seed % 16 == 1 || related > LAST_MEMBER ? CARL : related;
        Hand memory h = _hand(address(book), "declareRelation", by, project, abi.encode(related), seed >> 40);
        bytes memory no;
        if (by != related && by != attestor) {
            no = _no(IProjectBook.ProjectBook_NotAttestor.selector, by, attestor);
        }
        no = _or(no, h.refusal);
        if (related > LAST_MEMBER && no.length == 0) {
            no = _no(IMembership.Membership_MemberUnknown.selector, related, LAST_MEMBER);
        }
        bytes memory data = abi.encodeCall(IProjectBook.declareRelation, (project, related, by, h.signature));
        if (_tryAs(h, data, no)) _isRelated[project][related] = true;
    }

    // ---- the plan

    function submit(uint256 which, uint256 seed) public {
        uint32 project = _pick(which, IProjectBook.State.Draft);
        if (project == 0) return;
        IProjectBook.Plan memory plan = _randomPlan(seed >> 8);
        Dossier storage d = _dossiers[project];
        Hand memory h = _hand(address(book), "submit", d.applicant, project, abi.encode(plan), seed);
        bytes memory no = _or(_ifNotIn(project, IProjectBook.State.Draft), _ifClosed(d.call), h.refusal);
        no = _or(no, _refusePlan(project, plan));
        if (_tryAs(h, abi.encodeCall(IProjectBook.submit, (project, plan, h.signature)), no)) _bookPlan(project, plan);
    }

    /// @dev Sound, three in four.
    function _randomPlan(uint256 seed) private view returns (IProjectBook.Plan memory plan) {
        (plan.mentor, plan.signer) = (uint32(1 + seed % 12), uint32(1 + (seed >> 8) % LAST_MEMBER));
        plan.amount = uint64(3000 + (seed >> 16) % 150_000);
        plan.sought = uint64((seed >> 48) % 4 == 0 ? 0 : plan.amount * ((seed >> 56) % 20_000) / BPS);
        plan.expiresAt = uint64(block.timestamp + 5 days + (seed >> 80) % 40 days);
        if ((seed >> 112) % 2 == 0) {
            plan.instrument = IProjectBook.Instrument.Loan;
            plan.loan = IProjectBook.Loan(uint64(block.timestamp + 20 days), 10 days, uint16(1 + seed % 12));
        }
        uint256 count = 1 + (seed >> 120) % 4;
        plan.tranches = new IProjectBook.Tranche[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint64 part = i == count - 1 ? plan.amount - uint64(i * (plan.amount / count)) : uint64(plan.amount / count);
            plan.tranches[i] = IProjectBook.Tranche(part, plan.expiresAt, EVIDENCE);
        }
        plan.lines = new IProjectBook.Line[](2);
        plan.lines[0] = IProjectBook.Line(uint64(plan.amount * ((seed >> 128) % BPS) / BPS), 0xe);
        plan.lines[1] = IProjectBook.Line(plan.amount - plan.lines[0].amount, (seed >> 144) % 16);
        if ((seed >> 160) % 4 == 0) _spoil(plan, (seed >> 168) % 8);
    }

    function _spoil(IProjectBook.Plan memory plan, uint256 how) private view {
        if (how == 0) plan.amount = 0;
        else if (how == 1) plan.expiresAt = uint64(block.timestamp);
        else if (how == 2) plan.tranches = new IProjectBook.Tranche[](13);
        else if (how == 3) plan.lines = new IProjectBook.Line[](17);
        else if (how == 4) plan.signer = plan.mentor;
        else if (how == 5) plan.loan.instalments = plan.loan.instalments == 0 ? 1 : 0;
        else if (how == 6) plan.tranches[0].amount += 1;
        else plan.lines[1].amount += 1;
    }

    function _refusePlan(uint32 project, IProjectBook.Plan memory plan) private view returns (bytes memory) {
        if (plan.amount == 0) return _no(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        if (plan.expiresAt <= block.timestamp) {
            return _no(IProjectBook.ProjectBook_BadExpiry.selector, plan.expiresAt, block.timestamp);
        }
        if (plan.tranches.length > 12) {
            return _no(IProjectBook.ProjectBook_TooMany.selector, plan.tranches.length, 12);
        }
        if (plan.lines.length > 16) return _no(IProjectBook.ProjectBook_TooMany.selector, plan.lines.length, 16);
        if (plan.mentor == plan.signer) return _no(IProjectBook.ProjectBook_SamePerson.selector, plan.mentor);
        bytes memory no = _ifInterested(project, plan.mentor);
        if (no.length != 0) return no;
        bool isLoan = plan.instrument == IProjectBook.Instrument.Loan;
        if (isLoan != (plan.loan.instalments != 0)) return _no(IProjectBook.ProjectBook_BadLoan.selector);
        (uint256 tranches, uint256 lines) = (0, 0);
        for (uint256 i = 0; i < plan.tranches.length; ++i) {
            tranches += plan.tranches[i].amount;
        }
        for (uint256 i = 0; i < plan.lines.length; ++i) {
            lines += plan.lines[i].amount;
        }
        if (tranches != plan.amount) return _no(IProjectBook.ProjectBook_BadSum.selector, tranches, plan.amount);
        return lines == plan.amount ? bytes("") : _no(IProjectBook.ProjectBook_BadSum.selector, lines, plan.amount);
    }

    function _bookPlan(uint32 project, IProjectBook.Plan memory plan) private {
        Dossier storage d = _dossiers[project];
        (d.state, d.isLoan) = (IProjectBook.State.Submitted, plan.instrument == IProjectBook.Instrument.Loan);
        (d.mentor, d.signer, d.amount) = (plan.mentor, plan.signer, plan.amount);
        (d.sought, d.expiresAt) = (plan.sought, plan.expiresAt);
        for (uint256 i = 0; i < plan.tranches.length; ++i) {
            d.steps.push().amount = plan.tranches[i].amount;
        }
        for (uint256 i = 0; i < plan.lines.length; ++i) {
            d.lines.push(Budget(plan.lines[i].amount, 0, plan.lines[i].merchantKinds));
        }
        _isRelated[project][plan.signer] = true;
    }

    // ---- its judgement

    /// @dev The mentor accepts, the attestor attests what is there, and the dossier qualifies or not.
    function assess(uint256 which, uint256 seed) public {
        uint32 project = _pick(which, IProjectBook.State.Submitted);
        if (project == 0) return;
        _acceptMentoring(project, seed);
        for (uint8 c = 0; c < CRITERIA; ++c) {
            if (_calls[_dossiers[project].call].required >> c & 1 != 0) _attestFact(project, c, seed >> (c + 8));
        }
        uint256 count = _partners[project].length;
        for (uint256 i = 0; i < count + (seed % 8 == 0 ? 1 : 0); ++i) {
            _attestPartner(project, uint8(i), seed >> (i + 24));
        }
        _qualify(project);
    }

    function _acceptMentoring(uint32 project, uint256 seed) private {
        Dossier storage d = _dossiers[project];
        bytes memory no = _ifNotIn(project, IProjectBook.State.Submitted);
        // A draft has no mentor yet: nobody can sign for number 0.
        uint32 mentor = d.mentor == 0 ? CARL : d.mentor;
        Hand memory h = _hand(address(book), "acceptMentoring", mentor, project, "", seed);
        no = _or(no, _ifInterested(project, mentor), h.refusal);
        bytes memory data = abi.encodeCall(IProjectBook.acceptMentoring, (project, h.signature));
        if (_tryAs(h, data, no)) d.isMentored = true;
    }

    function _attestFact(uint32 project, uint8 c, uint256 seed) private {
        Stated storage f = _facts[project][c];
        uint32 attestor = _calls[_dossiers[project].call].attestor;
        IProjectBook.Criterion criterion = IProjectBook.Criterion(c);
        bytes memory content = abi.encode(criterion, f.value, f.evidence);
        Hand memory h = _hand(address(book), "attestFact", attestor, project, content, seed);
        bytes memory no = _or(_ifNotAttestable(project, attestor), h.refusal);
        if (no.length == 0 && f.evidence == 0) {
            no = _no(IProjectBook.ProjectBook_Missing.selector, 1 << c);
        }
        bytes memory data = abi.encodeCall(IProjectBook.attestFact, (project, criterion, h.signature));
        if (_tryAs(h, data, no)) f.isAttested = true;
    }

    function _attestPartner(uint32 project, uint8 index, uint256 seed) private {
        uint32 attestor = _calls[_dossiers[project].call].attestor;
        uint256 count = _partners[project].length;
        IProjectBook.Partner memory partner;
        if (index < count) partner = _partners[project][index];
        bytes memory content = abi.encode(index, partner);
        Hand memory h = _hand(address(book), "attestPartner", attestor, project, content, seed);
        bytes memory no = _ifNotAttestable(project, attestor);
        if (index >= count && no.length == 0) no = _no(IProjectBook.ProjectBook_PartnerUnknown.selector, index, count);
        no = _or(no, h.refusal);
        bytes memory data = abi.encodeCall(IProjectBook.attestPartner, (project, index, h.signature));
        if (_tryAs(h, data, no)) _partners[project][index].attested = true;
    }

    function _qualify(uint32 project) private {
        bytes memory no = _ifNotIn(project, IProjectBook.State.Submitted);
        uint256 lacking = _lacking(project);
        if (no.length == 0 && lacking != 0) no = _no(IProjectBook.ProjectBook_Missing.selector, lacking);
        bytes memory data = abi.encodeCall(IProjectBook.qualify, (project));
        if (_try(STRANGER, address(book), data, no)) _dossiers[project].state = IProjectBook.State.Eligible;
    }

    function _ifNotAttestable(uint32 project, uint32 attestor) private view returns (bytes memory) {
        return _or(_ifNotIn(project, IProjectBook.State.Submitted), _ifInterested(project, attestor));
    }

    /// @dev A bit for each criterion that the call asks for and the dossier does not show.
    function _lacking(uint32 project) private view returns (uint256 lacking) {
        IProjectBook.Call memory c = _calls[_dossiers[project].call];
        Dossier storage d = _dossiers[project];
        for (uint256 i = 0; i < CRITERIA; ++i) {
            if (c.required >> i & 1 == 0) continue;
            bool isMet = _facts[project][i].isAttested;
            if (i == uint256(IProjectBook.Criterion.Grouping)) isMet = _isGrouping(project, c);
            if (i == uint256(IProjectBook.Criterion.Mentor)) isMet = d.isMentored;
            if (i == uint256(IProjectBook.Criterion.Leverage)) {
                isMet = uint256(d.sought) * BPS >= uint256(c.minLeverageBps) * d.amount;
            }
            bool isShare = i == uint256(IProjectBook.Criterion.MerchantShare);
            if (isShare && _facts[project][i].value < c.minMerchantShareBps) isMet = false;
            if (!isMet) lacking |= 1 << i;
        }
    }

    function _isGrouping(uint32 project, IProjectBook.Call memory c) private view returns (bool) {
        IProjectBook.Partner[] memory known = _partners[project];
        uint256[5] memory ofKind;
        (uint256 count, uint256 kinds) = (0, 0);
        for (uint256 i = 0; i < known.length; ++i) {
            if (!known[i].attested) continue;
            ++count;
            if (++ofKind[uint256(known[i].kind)] == 1) ++kinds;
        }
        return count >= c.minPartners && kinds >= c.minKinds
            && ofKind[uint256(IProjectBook.OrganisationKind.LocalAuthority)] > 0;
    }

    // ---- what a draft says

    function _addPartner(uint32 project, uint256 number, uint256 seed) private {
        IProjectBook.Partner memory partner;
        partner.kind = IProjectBook.OrganisationKind(number % 3 == 0 ? 4 : number % 4);
        partner.member = uint32(seed % 8 == 0 ? 13 + (seed >> 4) % 4 : 0);
        partner.organisation = keccak256(abi.encode("organisation", number));
        partner.controller = keccak256(abi.encode("controller", seed % 16 == 1 ? 0 : number));
        uint32 applicant = _dossiers[project].applicant;
        Hand memory h = _hand(address(book), "addPartner", applicant, project, abi.encode(partner), seed >> 8);
        bytes memory no = _or(_ifNotIn(project, IProjectBook.State.Draft), h.refusal);
        for (uint256 i = 0; i < _partners[project].length; ++i) {
            IProjectBook.Partner memory k = _partners[project][i];
            bool isSame = k.organisation == partner.organisation || k.controller == partner.controller;
            if (partner.member != 0 && k.member == partner.member) isSame = true;
            if (isSame && no.length == 0) no = _no(IProjectBook.ProjectBook_SamePartner.selector, i);
        }
        bytes memory data = abi.encodeCall(IProjectBook.addPartner, (project, partner, h.signature));
        if (!_tryAs(h, data, no)) return;
        _partners[project].push(partner);
        if (partner.member != 0) _isRelated[project][partner.member] = true;
    }

    function _stateFact(uint32 project, uint8 c, uint64 value, uint256 seed) private {
        IProjectBook.Criterion criterion = IProjectBook.Criterion(c);
        bytes32 evidence = keccak256(abi.encode(seed));
        bytes memory content = abi.encode(criterion, value, evidence);
        Hand memory h = _hand(address(book), "stateFact", _dossiers[project].applicant, project, content, seed);
        bytes memory no = _or(_ifNotIn(project, IProjectBook.State.Draft), h.refusal);
        no = _or(no, _ifNotStatable(criterion, value));
        bytes memory data = abi.encodeCall(IProjectBook.stateFact, (project, criterion, value, evidence, h.signature));
        if (_tryAs(h, data, no)) _facts[project][c] = Stated(value, false, evidence);
    }

    function _ifNotStatable(IProjectBook.Criterion criterion, uint64 value) private pure returns (bytes memory) {
        if (!_isStated(uint8(criterion))) {
            return _no(IProjectBook.ProjectBook_DerivedFact.selector, uint256(criterion));
        }
        uint256 most = type(uint64).max;
        if (criterion == IProjectBook.Criterion.Issue) most = ISSUES;
        if (criterion == IProjectBook.Criterion.MerchantShare) most = BPS;
        if (criterion == IProjectBook.Criterion.Beneficiary) most = 3;
        if (value != 0 && value <= most) return "";
        return _no(IProjectBook.ProjectBook_FactOutOfRange.selector, uint256(criterion), value, most);
    }

    function _ifClosed(uint32 call) private view returns (bytes memory) {
        if (block.timestamp < _calls[call].closesAt) return "";
        return _no(IProjectBook.ProjectBook_CallClosed.selector, block.timestamp, _calls[call].closesAt);
    }
}
