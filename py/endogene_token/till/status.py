"""What a till's agent says of itself, for a screen beside the till."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from endogene_token.errors import EndogeneError
from endogene_token.sdk import Status, TillClient
from endogene_token.till.inbox import Inbox
from endogene_token.till.sender import Sender

CLOCK_TOLERANCE: Final = timedelta(minutes=5)


def counted(counts: Mapping[Status, int]) -> dict[str, int]:
    """Return how many sales have each status, for JSON."""
    return {str(status): count for status, count in counts.items()}


def clock_error(till: TillClient) -> int | None:
    """Return by how many seconds this machine's clock is ahead; None if it is right, or nobody can tell."""
    ahead = till.clock_ahead()
    if ahead is None or abs(ahead) <= CLOCK_TOLERANCE:
        return None
    return int(ahead.total_seconds())


def told(error: EndogeneError | None, lang: str) -> dict[str, str | None] | None:
    """Return an error for JSON, with its page."""
    return None if error is None else {**error.as_dict(lang), "doc_url": error.doc_url}


def status(till: TillClient, sender: Sender, inbox: Inbox | None, lang: str) -> dict[str, Any]:
    """Return the state of a running agent. `clock_ahead_seconds`: null while the clock is right."""
    trouble = sender.trouble or (None if inbox is None else inbox.trouble)
    return {
        "running": True,
        "unsent": till.unsent(),
        "counts": counted(till.counts()),
        "buyer_problems": till.buyer_problems(),
        "files_waiting": 0 if inbox is None else inbox.waiting,
        "lines_refused": 0 if inbox is None else inbox.refused,
        "sent_at": None if sender.sent_at is None else sender.sent_at.isoformat(timespec="seconds"),
        "clock_ahead_seconds": clock_error(till),
        "trouble": told(trouble, lang),
    }
