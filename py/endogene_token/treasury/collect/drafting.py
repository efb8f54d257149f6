"""Drafting a run: what a month's statements leave to collect, or what is awaited of the fund."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import col, select

from endogene_token.errors import BankDateError, CollectionNoticeError, PayDayError, RunEmptyError
from endogene_token.office.trail import Change
from endogene_token.treasury.bankfiles.bankdays import bank_day_from
from endogene_token.treasury.bankfiles.notice import Regime, earliest_collection
from endogene_token.treasury.collect import files
from endogene_token.treasury.collect.dues import Due, dues
from endogene_token.treasury.collect.files import Office, file_kind
from endogene_token.treasury.collect.models import BankItem, BankRun
from endogene_token.treasury.collect.payables import NOTHING, Payable, payables
from endogene_token.treasury.collect.states import Direction, ItemState, RunState
from endogene_token.treasury.statements.months import Month, local_day

PREFIX: Final = {Direction.DEBIT: "D", Direction.CREDIT: "P"}
EXAMPLE: Final = "2026-11-20"
TRIAL: Final = 1  # the number of a file that is made to see that it can be made


@dataclass(frozen=True, slots=True)
class Drafted:
    """A run as drafted, and what it leaves out: of debits `Due`, of payments `Payable`."""

    run: BankRun
    items: tuple[BankItem, ...]
    left_out: tuple[Due | Payable, ...]


def draft_debits(
    change: Change, office: Office, month: Month, day: date, who: str, *, noticed: date | None, now: int
) -> Drafted:
    """Draft the debits of a month's statements and of open debts, for the bank day `day`.

    `noticed` is the day on which the payers were told; None: that of the issue. Raises MonthUnissuedError,
    CollectionNoticeError, BankDateError, RunEmptyError, BankSettingsError, and what a file of them raises.
    """
    found = dues(change.session.connection(), month, office.zone, office.profile.scheme)
    wanted = [one for one in found if one.why is None]
    if not wanted:
        raise RunEmptyError(actual=month)
    issued = local_day(max(one.issued_at for one in wanted), office.zone)
    today = local_day(now, office.zone)
    noticed = issued if noticed is None else noticed
    if not issued <= noticed <= today:
        raise BankDateError(field="notice", actual=noticed, limit=f"{issued} – {today}")
    _check_notice(office.profile.terms, noticed, day, now)
    words = {"direction": Direction.DEBIT, "scheme": office.profile.scheme, "month": str(month)}
    run = _run(office, words, day, who, now)
    run.noticed_on = noticed.isoformat()
    items = [
        {"kind": one.kind, "party": "merchant", "party_number": one.merchant, "account": one.mandate}
        | {"statement": one.reference, "object": 0}
        | {"amount": one.amount, "premiums": one.premiums, "tax": one.tax}
        for one in wanted
    ]
    left_out = tuple(one for one in found if one.why is not None)
    return Drafted(run, _keep(change, office, run, items), left_out)


def draft_payments(
    change: Change,
    office: Office,
    day: date,
    who: str,
    *,
    now: int,
    instalments: Mapping[int, int] = NOTHING,
) -> Drafted:
    """Draft the payments of cash requests and approved redemptions, for the bank day `day`.

    Raises PayDayError, InstalmentError, RunEmptyError, BankSettingsError, and what a file of them raises.
    """
    _check_pay_day(office.profile.terms, day, now)
    found = payables(change.session.connection(), day, office.zone, instalments)
    wanted = [one for one in found if one.why is None]
    if not wanted:
        raise RunEmptyError(actual=day)
    words = {"direction": Direction.CREDIT, "scheme": "", "month": ""}
    run = _run(office, words, day, who, now)
    items = [
        {"kind": one.kind, "party": one.party, "party_number": one.party_number, "account": one.account}
        | {"statement": "", "object": one.object, "amount": one.amount, "premiums": 0, "tax": 0}
        for one in wanted
    ]
    left_out = tuple(one for one in found if one.why is not None)
    return Drafted(run, _keep(change, office, run, items), left_out)


def read_day(field: str, text: str) -> date:
    """Return the day that `text` writes. Raises BankDateError, which names `field`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BankDateError(field=field, actual=text, limit=EXAMPLE) from None


def first_pay_day(terms: Regime, now: int) -> date:
    """Return the first day on which a file handed in now is paid."""
    plain = replace(terms, notice_days=0)
    return earliest_collection(plain, date.min, datetime.fromtimestamp(now, UTC))


def _check_notice(terms: Regime, noticed: date, day: date, now: int) -> None:
    earliest = earliest_collection(terms, noticed, datetime.fromtimestamp(now, UTC))
    possible = bank_day_from(max(day, earliest), terms.calendar, terms.also_closed)
    if day != possible:
        raise CollectionNoticeError(actual=day, limit=possible)


def _check_pay_day(terms: Regime, day: date, now: int) -> None:
    possible = bank_day_from(max(day, first_pay_day(terms, now)), terms.calendar, terms.also_closed)
    if day != possible:
        raise PayDayError(actual=day, limit=possible)


def _run(office: Office, words: Mapping[str, Any], day: date, who: str, now: int) -> BankRun:
    return BankRun(
        **words,
        day=day.isoformat(),
        noticed_on="",
        file_kind=file_kind(office.profile, words["direction"]),
        file_number=0,
        state=RunState.DRAFTED,
        drafted_by=who,
        approved_by="",
        content=b"",
        sha256=b"",
        created_at=now,
        handed_in_at=0,
    )


def _keep(
    change: Change, office: Office, run: BankRun, items: Sequence[Mapping[str, Any]]
) -> tuple[BankItem, ...]:
    """Store a run and its items under new references, once a file can be made of them."""
    session = change.session
    session.add(run)
    session.flush()
    prefix = f"{PREFIX[Direction(run.direction)]}{local_day(run.created_at, office.zone).year}-"
    last = session.exec(
        select(func.max(BankItem.reference)).where(col(BankItem.reference).startswith(prefix))
    ).one()
    first = int(last.removeprefix(prefix)) + 1 if last else 1
    same: dict[str, Any] = {
        "run": run.number,
        "direction": run.direction,
        "day": run.day,
        "state": ItemState.FILED,
    }
    rest: dict[str, Any] = {"line": b"", "return_code": "", "changed_at": run.created_at}
    rows = tuple(
        BankItem(reference=f"{prefix}{serial:06}", **same, **rest, **one)
        for serial, one in enumerate(items, first)
    )
    session.add_all(rows)
    session.flush()
    files.write(session, office, run, rows, number=TRIAL, now=run.created_at)
    total = sum(one.amount for one in rows)
    change.note(
        "run.drafted", f"run:{run.number}", direction=run.direction, items=len(rows), total=str(total)
    )
    return rows
