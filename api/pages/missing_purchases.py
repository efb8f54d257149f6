"""A purchase that is missing: told by its member in the wallet, or at the desk; one inbox has both."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from unicodedata import normalize

from sqlmodel import Session, col, select

from api.pages.businesses import called
from api.pages.forms import Form
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.indexer.models import Merchant
from endogene_token.office import business_names
from endogene_token.office.trail import Change
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind
from endogene_token.treasury.exceptions.models import TreasuryException

LONGEST_AGO: Final = timedelta(days=366)
WRONG_AMOUNT: Final = mark("Write the amount that you paid, as on the receipt.")
WRONG_DAY: Final = mark("Choose a day of the last twelve months.")
_AMOUNT: Final = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Missed:
    """A purchase as it is told: the amount as it was written."""

    merchant: int
    day: date
    amount: str

    @classmethod
    def of(cls, sent: Form) -> "Missed":
        """Return what a form tells. Raises RequestShapeError."""
        return cls(sent.number("merchant", least=1), sent.day("day"), sent.text("amount"))

    def wrong(self, words: Words) -> tuple[str, str]:
        """Return what is wrong with the amount, and with the day; two empty sentences: nothing."""
        last = words.today()
        is_day = last - LONGEST_AGO <= self.day <= last
        return "" if cents_of(self.amount) else words.tr(WRONG_AMOUNT), "" if is_day else words.tr(WRONG_DAY)

    def report(self, change: Change, member: int) -> None:
        """Put it into the office's inbox; the same one twice is one."""
        cents = cents_of(self.amount)
        subject = f"member:{member}/merchant:{self.merchant}/day:{self.day.isoformat()}/{cents}"
        inbox.report(change, Finding(Kind.MISSING, subject, cents), int(time.time()))


def cents_of(text: str) -> int:
    """Return an amount as people write it, in minor units: ``12,5`` is 1250. 0: it is none."""
    found = _AMOUNT.fullmatch(re.sub(r"[\s$€]", "", text))
    return 0 if found is None else int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def asked(words: Words, session: Session, given: Missed | None = None) -> dict[str, object]:
    """Return what the form shows: empty, or as it was sent and what is wrong with it."""
    last, names = words.today(), business_names.of_all(session)
    numbers = session.exec(select(Merchant.number).order_by(col(Merchant.number)))
    shops = [(number, called(words, names, number)) for number in numbers]
    return {
        "shops": sorted(shops, key=lambda one: normalize("NFKD", one[1]).casefold()),  # É is an E
        "merchant": "" if given is None else given.merchant,
        "day": (last if given is None else given.day).isoformat(),
        "amount": "" if given is None else given.amount,
        "first": (last - LONGEST_AGO).isoformat(),
        "last": last.isoformat(),
        "wrong": ("", "") if given is None else given.wrong(words),
    }


def reports(words: Words, session: Session, member: int) -> list[dict[str, object]]:
    """Return what was told of a member's purchases so far, and how it ended."""
    names = business_names.of_all(session)
    return [_told(words, names, one) for one in inbox.reports_of(session, Kind.MISSING, f"member:{member}")]


def _told(words: Words, names: Mapping[int, str], row: TreasuryException) -> dict[str, object]:
    _, merchant, day, *_ = (part.partition(":")[2] for part in row.subject.split("/"))
    return {
        "merchant": called(words, names, int(merchant)),
        "day": words.day(date.fromisoformat(day)),
        "amount": words.money(row.amount),
        "is_open": row.closed_at == 0,
        "how": row.how,
        "due": words.day(words.at(row.due_at).astimezone(words.zone).date()),
    }
