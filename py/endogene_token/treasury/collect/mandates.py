"""Mandates of merchants, whom we debit; accounts of payees, whom we pay. Given, ended, never deleted."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlmodel import Session, col, select

from endogene_token.errors import (
    BankDateError,
    BankFieldError,
    MandateEndedError,
    MandateHeldError,
    MandateSchemeError,
    MandateTakenError,
    PayeeEndedError,
    PayeeHeldError,
    UnknownMandateError,
    UnknownMemberError,
    UnknownMerchantError,
    UnknownPayeeError,
)
from endogene_token.hexes import to_hex
from endogene_token.indexer.models import Member, Merchant
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import Change
from endogene_token.treasury.bankfiles.latin import CANADIAN, SEPA, plain
from endogene_token.treasury.bankfiles.sepa import LONGEST_NAME, check_reference
from endogene_token.treasury.collect.accounts import HeldAccount, open_account
from endogene_token.treasury.collect.models import BankMandate, BankPayee
from endogene_token.treasury.collect.profile import CPA

ACTIVE: Final = "active"
ENDED: Final = "ended"
LONGEST_WHY: Final = 120
_COMMITMENT: Final = 32

Party = Literal["merchant", "member"]


@dataclass(frozen=True, slots=True)
class NewMandate:
    """What a merchant signed: on which day, for which account, under which reference."""

    merchant: int
    scheme: str
    reference: str
    signed: date
    name: str
    account: HeldAccount


@dataclass(frozen=True, slots=True)
class NewPayee:
    """Who is paid on which account; of a member, `commitment` is what its redemptions name on the chain."""

    party: Party
    number: int
    name: str
    account: HeldAccount
    commitment: bytes = b""


def give(change: Change, secret: OfficeSecret, given: NewMandate, today: date) -> BankMandate:
    """Keep a mandate; `today` is the community's day.

    Raises UnknownMerchantError, MandateHeldError, MandateTakenError, BankAccountError, BankFieldError,
    BankTextError, BankDateError, MandateSchemeError when the account is not one of the scheme's.
    """
    session = change.session
    if session.get(Merchant, given.merchant) is None:
        raise UnknownMerchantError(actual=given.merchant)
    check_reference("mandate", given.reference)
    _check_holder(given.account, given.name)
    if given.account.is_sepa != (given.scheme != CPA):
        raise MandateSchemeError(actual=given.account, limit=given.scheme)
    if given.signed > today:
        raise BankDateError(field="signed", actual=given.signed, limit=f"… – {today}")
    held = active_mandate(session, given.merchant)
    if held is not None:
        raise MandateHeldError(actual=given.merchant, limit=held.reference)
    if session.exec(select(BankMandate).where(BankMandate.reference == given.reference)).first():
        raise MandateTakenError(actual=given.reference)
    row = BankMandate(
        merchant=given.merchant,
        scheme=given.scheme,
        reference=given.reference,
        signed=given.signed.isoformat(),
        name=given.name,
        sealed_account=given.account.sealed(secret, mandate_place(given.reference)),
        tail=given.account.tail,
        state=ACTIVE,
        ended_why="",
        first_used=0,
        created_at=int(time.time()),
    )
    secret.claim(session)
    session.add(row)
    session.flush()
    change.note("mandate.given", mandate_subject(row), scheme=row.scheme)
    return row


def end(change: Change, number: int, why: str) -> BankMandate:
    """End a mandate: nothing is debited under it any more. Raises UnknownMandateError, MandateEndedError."""
    row = change.session.get(BankMandate, number)
    if row is None:
        raise UnknownMandateError(actual=number)
    if row.state != ACTIVE:
        raise MandateEndedError(actual=row.reference, limit=row.ended_why)
    row.state, row.ended_why = ENDED, why[:LONGEST_WHY]
    change.session.add(row)
    change.note("mandate.ended", mandate_subject(row))
    return row


def add_payee(change: Change, secret: OfficeSecret, given: NewPayee) -> BankPayee:
    """Keep a payee's account.

    Raises UnknownMerchantError, UnknownMemberError, PayeeHeldError, BankFieldError (a member's without a
    commitment of 32 bytes, or a merchant's with one), BankAccountError, BankTextError.
    """
    session = change.session
    if given.party == "merchant" and session.get(Merchant, given.number) is None:
        raise UnknownMerchantError(actual=given.number)
    if session.get(Member, given.number) is None:
        raise UnknownMemberError(actual=given.number)
    _check_holder(given.account, given.name)
    wanted = _COMMITMENT if given.party == "member" else 0
    if len(given.commitment) != wanted:
        raise BankFieldError(field="commitment", actual=to_hex(given.commitment), limit=f"{wanted} bytes")
    held = active_payee(session, given.party, given.number)
    if held is not None:
        raise PayeeHeldError(actual=f"{given.party}:{given.number}", limit=held.number)
    row = BankPayee(
        party=given.party,
        party_number=given.number,
        name=given.name,
        sealed_account=b"",
        tail=given.account.tail,
        commitment=given.commitment,
        state=ACTIVE,
        ended_why="",
        created_at=int(time.time()),
    )
    secret.claim(session)
    session.add(row)
    session.flush()  # its number is the place that its account is sealed for
    row.sealed_account = given.account.sealed(secret, payee_place(row.number or 0))
    change.note("payee.added", payee_subject(row))
    return row


def end_payee(change: Change, number: int, why: str) -> BankPayee:
    """End a payee: nothing is paid on that account any more. Raises UnknownPayeeError, PayeeEndedError."""
    row = change.session.get(BankPayee, number)
    if row is None:
        raise UnknownPayeeError(actual=number)
    if row.state != ACTIVE:
        raise PayeeEndedError(actual=number, limit=row.ended_why)
    row.state, row.ended_why = ENDED, why[:LONGEST_WHY]
    change.session.add(row)
    change.note("payee.ended", payee_subject(row))
    return row


def mandates_of(session: Session, merchant: int | None = None) -> list[BankMandate]:
    """Return the mandates of a merchant, or all, ended ones too."""
    query = select(BankMandate).order_by(col(BankMandate.merchant), col(BankMandate.number))
    return list(session.exec(query if merchant is None else query.where(BankMandate.merchant == merchant)))


def payees_of(session: Session, party: str | None = None, number: int | None = None) -> list[BankPayee]:
    """Return the payees of a party, or all, ended ones too."""
    query = select(BankPayee).order_by(col(BankPayee.party), col(BankPayee.party_number))
    if party is not None:
        query = query.where(BankPayee.party == party)
    if number is not None:
        query = query.where(BankPayee.party_number == number)
    return list(session.exec(query.order_by(col(BankPayee.number))))


def active_mandate(session: Session, merchant: int) -> BankMandate | None:
    """Return the mandate under which a merchant is debited, or None."""
    query = select(BankMandate).where(BankMandate.merchant == merchant, BankMandate.state == ACTIVE)
    return session.exec(query).first()


def active_payee(session: Session, party: str, number: int) -> BankPayee | None:
    """Return the account on which a party is paid, or None."""
    query = select(BankPayee).where(BankPayee.party == party, BankPayee.party_number == number)
    return session.exec(query.where(BankPayee.state == ACTIVE)).first()


def account_of(secret: OfficeSecret, row: BankMandate | BankPayee) -> HeldAccount:
    """Return the account of a mandate or of a payee. Raises OfficeKeyError."""
    place = mandate_place(row.reference) if isinstance(row, BankMandate) else payee_place(row.number or 0)
    return open_account(secret, place, row.sealed_account)


def mandate_subject(row: BankMandate) -> str:
    """Return how the trail names a mandate."""
    return f"merchant:{row.merchant}/mandate:{row.number}"


def payee_subject(row: BankPayee) -> str:
    """Return how the trail names a payee."""
    return f"{row.party}:{row.party_number}/payee:{row.number}"


def mandate_place(reference: str) -> str:
    """Return what the account of a mandate is sealed for."""
    return f"mandate/{reference}"


def payee_place(number: int) -> str:
    """Return what the account of a payee is sealed for."""
    return f"payee/{number}"


def _check_holder(account: HeldAccount, name: str) -> None:
    """Raise what the file would raise later for this account and name."""
    if account.is_sepa:
        account.sepa(plain(name, "name", SEPA, LONGEST_NAME))
    else:
        plain(name, "name", CANADIAN, 30)
        _ = account.canadian
    if len(name) > LONGEST_NAME:
        raise BankFieldError(field="name", actual=name, limit=f"≤ {LONGEST_NAME}")
