"""Values of the ledger as texts of the API."""

from endogene_token.errors import BallotRefusedError, DayError, EndogeneError
from endogene_token.ids import day_date
from endogene_token.reasons import BallotRefusal, RefusalReason


def day_text(number: int) -> str:
    """Return a day as an ISO date, or its bare number past the year 9999: a refused item may hold any."""
    try:
        return day_date(number).isoformat()
    except DayError:
        return str(number)


def refusal_text(reason: int, lang: str) -> tuple[str | None, str | None]:
    """Return the code and the sentence of a refusal's number: none for 0, only a code for an unknown one."""
    if reason == 0:
        return None, None
    try:
        known = RefusalReason(reason)
    except ValueError:
        return f"reason-{reason}", None
    return known.code, known.sentence(lang)


def ballot_refusal_text(trouble: EndogeneError | None, lang: str) -> tuple[str | None, str | None]:
    """Return the code and the sentence of why a ballot does not count: none when it does."""
    if trouble is None:
        return None, None
    known = {one.code: one for one in BallotRefusal}
    reason = known.get(str(trouble.actual)) if isinstance(trouble, BallotRefusedError) else None
    if reason is None:
        return trouble.code, trouble.render(lang)
    return reason.code, reason.sentence(lang)
