"""What a project's rows say of it, as the contracts compute it: what a dossier lacks, what a loan owes."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from endogene_token.money import BASIS_POINTS
from endogene_token.projects import Criterion, OrganisationKind, criteria

Row = Mapping[Any, Any]
NOBODY: Final = 0


def missing(call: Row, project: Row, facts: Iterable[Row], partners: Iterable[Row]) -> frozenset[Criterion]:
    """Return the criteria of the call that a dossier does not meet, or that nobody has attested."""
    attested = {row["criterion"]: row["value"] for row in facts if row["attestor"] != NOBODY}
    share = attested.get(Criterion.MERCHANT_SHARE, -1)
    met = {
        Criterion.MENTOR: bool(project["is_mentored"]),
        Criterion.GROUPING: _is_grouping(call, [row for row in partners if row["attested"]]),
        Criterion.LEVERAGE: _is_leveraged(call, project),
        Criterion.MERCHANT_SHARE: share >= call["min_merchant_share_bps"],
    }
    return frozenset(one for one in criteria(call["required"]) if not met.get(one, one in attested))


def arrears(project: Row, now: int) -> tuple[int, int]:
    """Return what a loan's schedule asks for at an instant, and how much of it has not come."""
    count, interval = project["instalments"], project["instalment_interval"]
    if count == 0 or now < project["first_due_at"]:
        return 0, 0
    passed = count if interval == 0 else (now - project["first_due_at"]) // interval + 1
    # Equal instalments, rounded down; the last one takes what is left over.
    due = project["released"] if passed >= count else project["released"] // count * passed
    return due, max(0, due - project["repaid"] - project["written_off"])


def _is_grouping(call: Row, partners: list[Row]) -> bool:
    """Return whether there are enough partners, of enough kinds, one of them a local authority."""
    kinds = {row["kind"] for row in partners}
    is_large = len(partners) >= call["min_partners"] and len(kinds) >= call["min_kinds"]
    return is_large and OrganisationKind.LOCAL_AUTHORITY in kinds


def _is_leveraged(call: Row, project: Row) -> bool:
    wanted: int = call["min_leverage_bps"] * project["amount"]
    return bool(project["sought"] * BASIS_POINTS >= wanted)
