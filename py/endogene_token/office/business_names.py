"""The names of businesses, as they stand over the door: what members read instead of a number.

A business tells it to be shown. The ledger knows none, and a business may take it back.
"""

import time
from typing import Final

from sqlmodel import Session, select

from endogene_token.errors import BusinessNameError, NoBusinessNameError, UnknownMerchantError
from endogene_token.indexer.models import Merchant
from endogene_token.office.models import OfficeBusinessName
from endogene_token.office.trail import Change

LONGEST: Final = 60


def keep(change: Change, merchant: int, name: str) -> None:
    """Keep the name of a business, in place of any before.

    The trail, which is for good, tells that there is one and not which: it may be a person's. Raises
    UnknownMerchantError, BusinessNameError.
    """
    session, trimmed = change.session, " ".join(name.split())
    if session.get(Merchant, merchant) is None:
        raise UnknownMerchantError(actual=merchant)
    if not 1 <= len(trimmed) <= LONGEST or not trimmed.isprintable():
        raise BusinessNameError(actual=trimmed[:LONGEST], limit=LONGEST)
    session.merge(OfficeBusinessName(merchant=merchant, name=trimmed, kept_at=int(time.time())))
    session.flush()
    change.note("business.named", _subject(merchant))


def forget(change: Change, merchant: int) -> None:
    """Show a business by its number again. Raises NoBusinessNameError."""
    found = change.session.get(OfficeBusinessName, merchant)
    if found is None:
        raise NoBusinessNameError(actual=merchant)
    change.session.delete(found)
    change.session.flush()
    change.note("business.unnamed", _subject(merchant))


def of_all(session: Session) -> dict[int, str]:
    """Return the names that are kept, by number."""
    return {one.merchant: one.name for one in session.exec(select(OfficeBusinessName))}


def _subject(merchant: int) -> str:
    return f"merchant:{merchant}/name"
