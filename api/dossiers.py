"""What a dossier meets of its call, and what a loan owes by now: as the book of projects decides it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from endogene_token.indexer.project_models import Project, ProjectCall, ProjectFact, ProjectPartner
from endogene_token.projects import Criterion, OrganisationKind, criteria

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Dossier:
    """The rows of a project that its call judges."""

    call: ProjectCall
    project: Project
    facts: Sequence[ProjectFact]
    partners: Sequence[ProjectPartner]

    def met(self) -> list[Criterion]:
        """Return the criteria of the call that the dossier meets."""
        return [one for one in sorted(criteria(self.call.required)) if self._is_met(one)]

    def missing(self) -> list[Criterion]:
        """Return the criteria of the call that it does not meet, or that nobody has attested."""
        return [one for one in sorted(criteria(self.call.required)) if not self._is_met(one)]

    def _is_met(self, criterion: Criterion) -> bool:
        if criterion is Criterion.MENTOR:
            return bool(self.project.is_mentored)
        if criterion is Criterion.GROUPING:
            return self._is_grouping()
        if criterion is Criterion.LEVERAGE:
            return self.project.sought * _BPS >= self.call.min_leverage_bps * self.project.amount
        fact = next((one for one in self.facts if one.criterion == criterion), None)
        if fact is None or fact.attestor == 0:
            return False
        return criterion is not Criterion.MERCHANT_SHARE or fact.value >= self.call.min_merchant_share_bps

    def _is_grouping(self) -> bool:
        kinds = [one.kind for one in self.partners if one.attested]
        is_wide = len(kinds) >= self.call.min_partners and len(set(kinds)) >= self.call.min_kinds
        return is_wide and OrganisationKind.LOCAL_AUTHORITY in kinds


@dataclass(frozen=True, slots=True)
class Debt:
    """What a loan still owes, what of it was `due` by now, and what of that is `late`, in minor units."""

    owed: int
    due: int
    late: int


def debt(project: Project, now: int) -> Debt:
    """Return what a project owes at an instant: equal instalments of what was released."""
    settled = project.repaid + project.written_off
    owed = project.released - settled
    if project.instalments == 0 or now < project.first_due_at:
        return Debt(owed, 0, 0)
    passed = project.instalments
    if project.instalment_interval:
        passed = (now - project.first_due_at) // project.instalment_interval + 1
    is_over = passed >= project.instalments
    due = project.released if is_over else project.released // project.instalments * passed
    return Debt(owed, due, max(due - settled, 0))
