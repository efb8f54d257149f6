"""Telephone numbers of members who agreed to it: kept as keyed hashes, erased on demand.

Telephone numbers are few enough to be counted through: a plain hash would hide nothing. What hides them is
the office's key, and the bound on how many unknown ones a till may ask for.
"""

import time
from datetime import date

import phonenumbers
from sqlmodel import Session, select

from endogene_token.errors import (
    NoPhoneError,
    PhoneNumberError,
    PhoneTakenError,
    SettingError,
    UnknownPhoneError,
)
from endogene_token.ids import day_number
from endogene_token.office.cards import require_member
from endogene_token.office.consents import require_given
from endogene_token.office.models import OfficePhone
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.office.trail import Change


def normal(text: str, region: str) -> str:
    """Return a telephone number as E.164 writes it; without a country's code it is one of `region`.

    Raises PhoneNumberError, which does not repeat it; SettingError for a region that is none.
    """
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise SettingError(field="phone_region", actual=region, limit="CA, FR, …")
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:  # "from None": a log would show the number
        raise PhoneNumberError(actual=region) from None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        raise PhoneNumberError(actual=region)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def keep(change: Change, secret: OfficeSecret, member: int, number: str, consented: date) -> OfficePhone:
    """Keep a member's number (as `normal` wrote it) in place of any it gave before.

    Raises UnknownMemberError, ConsentError, PhoneTakenError.
    """
    session, now = change.session, int(time.time())
    require_member(session, member)
    require_given(consented, now)
    secret.claim(session)
    own = secret.hashed(Purpose.PHONE, number)
    other = session.exec(select(OfficePhone).where(OfficePhone.number_hash == own)).first()
    if other is not None and other.member != member:
        raise PhoneTakenError(actual=member)
    row = OfficePhone(member=member, number_hash=own, consented_day=day_number(consented), kept_at=now)
    kept = session.merge(row)
    session.flush()
    change.note("phone.kept", f"member:{member}/phone", consented=consented.isoformat())
    return kept


def erase(change: Change, member: int) -> None:
    """Forget a member's number: nothing of it stays but that there was one. Raises NoPhoneError."""
    found = change.session.get(OfficePhone, member)
    if found is None:
        raise NoPhoneError(actual=member)
    change.session.delete(found)
    change.session.flush()
    change.note("phone.erased", f"member:{member}/phone")


def holder(session: Session, secret: OfficeSecret, number: str) -> int:
    """Return the number of the member who gave this telephone number, as `normal` wrote it.

    Raises UnknownPhoneError.
    """
    own = secret.hashed(Purpose.PHONE, number)
    found = session.exec(select(OfficePhone).where(OfficePhone.number_hash == own)).first()
    if found is None:
        raise UnknownPhoneError
    return found.member
