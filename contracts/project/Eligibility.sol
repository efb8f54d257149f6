// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {Premiums} from "../types/Premiums.sol";

/// @title What a call asks of a dossier
library Eligibility {
    uint256 internal constant CRITERIA = 9;
    uint64 private constant BENEFICIARIES = 3;

    /// @notice Reverts unless an applicant may state this of its dossier.
    function requireStatable(IProjectBook.Criterion criterion, uint64 value, uint64 issues) internal pure {
        if (
            criterion == IProjectBook.Criterion.Grouping || criterion == IProjectBook.Criterion.Mentor
                || criterion == IProjectBook.Criterion.Leverage
        ) revert IProjectBook.ProjectBook_DerivedFact(criterion);
        uint64 limit = type(uint64).max;
        if (criterion == IProjectBook.Criterion.Issue) limit = issues;
        if (criterion == IProjectBook.Criterion.MerchantShare) limit = uint64(Premiums.BPS);
        if (criterion == IProjectBook.Criterion.Beneficiary) limit = BENEFICIARIES;
        if (value == 0 || value > limit) revert IProjectBook.ProjectBook_FactOutOfRange(criterion, value, limit);
    }

    /// @notice A bit for each required criterion that is not met, or that nobody has attested.
    function missing(
        IProjectBook.Call storage terms,
        IProjectBook.Project storage p,
        mapping(IProjectBook.Criterion => IProjectBook.Fact) storage facts,
        IProjectBook.Partner[] storage partners
    ) internal view returns (uint16 lacking) {
        uint256 required = terms.required;
        for (uint8 c = 0; c < CRITERIA; ++c) {
            if (required >> c & 1 == 0) continue;
            if (!_isMet(IProjectBook.Criterion(c), terms, p, facts, partners)) lacking |= uint16(1 << c);
        }
    }

    function _isMet(
        IProjectBook.Criterion criterion,
        IProjectBook.Call storage terms,
        IProjectBook.Project storage p,
        mapping(IProjectBook.Criterion => IProjectBook.Fact) storage facts,
        IProjectBook.Partner[] storage partners
    ) private view returns (bool) {
        if (criterion == IProjectBook.Criterion.Mentor) return p.isMentored;
        if (criterion == IProjectBook.Criterion.Grouping) return _isGrouping(terms, partners);
        if (criterion == IProjectBook.Criterion.Leverage) {
            return p.sought * Premiums.BPS >= uint256(terms.minLeverageBps) * p.amount;
        }
        IProjectBook.Fact storage f = facts[criterion];
        if (f.attestor == 0) return false;
        return criterion != IProjectBook.Criterion.MerchantShare || f.value >= terms.minMerchantShareBps;
    }

    /// @dev Only attested partners count.
    function _isGrouping(IProjectBook.Call storage terms, IProjectBook.Partner[] storage partners)
        private
        view
        returns (bool)
    {
        uint256 count = 0;
        uint256 kinds = 0;
        for (uint256 i = 0; i < partners.length; ++i) {
            if (!partners[i].attested) continue;
            ++count;
            kinds |= 1 << uint8(partners[i].kind);
        }
        bool hasAuthority = kinds >> uint8(IProjectBook.OrganisationKind.LocalAuthority) & 1 != 0;
        uint256 different = 0;
        for (; kinds != 0; kinds &= kinds - 1) {
            ++different;
        }
        return hasAuthority && count >= terms.minPartners && different >= terms.minKinds;
    }
}
