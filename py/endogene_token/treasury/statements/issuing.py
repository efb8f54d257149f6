"""Closing a month: every merchant's statement is issued at once, or none is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from endogene_token.chain.calls import Ledger
from endogene_token.errors import MonthOpenError, UnknownStatementError
from endogene_token.indexer.models import Cursor, table_of
from endogene_token.office.trail import COMMAND_LINE, Change, changing
from endogene_token.store import reading
from endogene_token.treasury.statements import numbering, trial
from endogene_token.treasury.statements.document import (
    Figures,
    Look,
    Party,
    StatementDocument,
    Sums,
    TaxAccount,
    TaxLine,
    digest,
    net_of,
    tax_half_up,
)
from endogene_token.treasury.statements.figures import FOUNDING, figures_of
from endogene_token.treasury.statements.issuer import Issuer
from endogene_token.treasury.statements.models import IssuedStatement, number_text
from endogene_token.treasury.statements.months import Month, Period, local_day
from endogene_token.treasury.statements.movements import cash_to_set_off

CLOCK_MARGIN: Final = 300  # seconds by which the validators' clocks and this machine's may differ
STATEMENTS, CURSOR = table_of(IssuedStatement), table_of(Cursor)

Progress = Callable[[int, int], None]
"""Told how many statements are drawn, of how many."""
Changing = Callable[[Engine], AbstractContextManager[Change]]


def by_command(engine: Engine) -> AbstractContextManager[Change]:
    """Open a change that a command makes."""
    return changing(engine, COMMAND_LINE)


@dataclass(frozen=True, slots=True)
class Office:
    """What issues: the database, the chain, who the issuer is, and the community's clock and money.

    `changing` opens the transaction, for whom the trail shall name: a command, or who asked over HTTP.
    """

    engine: Engine
    ledger: Ledger
    issuer: Issuer
    zone: ZoneInfo
    currency: str
    lang: str
    changing: Changing = by_command


@dataclass(frozen=True, slots=True)
class Issued:
    """The statements of a month; `is_new` is False when they had been issued before."""

    month: Month
    is_new: bool
    rows: tuple[IssuedStatement, ...]


def issue(office: Office, month: Month, now: int, progress: Progress = lambda *_: None) -> Issued:
    """Issue the statements of a month, at the instant `now`; a month issued before is left as it is.

    Raises MonthOpenError while the month, or the reading of its blocks, has not ended, MonthOrderError out of
    turn, SettingError for a logo or a name that cannot be drawn, and what the chain and the database raise.
    """
    period = month.period(office.zone)
    with reading(office.engine) as connection:
        if numbering.is_issued(connection, month):
            return Issued(month, False, _rows(connection, month))
        _require_whole(connection, office, month, period, now)
        told = list(figures_of(connection, month, office.zone))
    last_block = told[0].last_block if told else 0
    if told:
        sample = _document(office, month, told[0], TaxAccount(), number=number_text(0, 0), now=now)
        trial.check(sample, office.issuer, office.lang)
    with office.changing(office.engine) as change:
        connection = change.session.connection()
        numbering.begin_issuing(connection)
        is_new = not numbering.is_issued(connection, month)
        if is_new:
            rows = _number(connection, office, month, told, now=now, progress=progress)
            numbering.keep_month(connection, month, now, last_block, rows)
        # Noted even when another had issued them a moment before: somebody asked for it.
        change.note("statements.issued", f"month:{month}", count=len(rows) if is_new else 0)
        return Issued(month, is_new, _rows(connection, month))


def issued(connection: Connection, merchant: int, month: Month) -> IssuedStatement:
    """Return the statement of a merchant's month. Raises UnknownStatementError."""
    for row in _rows(connection, month):
        if row.merchant == merchant:
            return row
    raise UnknownStatementError(actual=merchant, limit=month)


def statements_of(connection: Connection, merchant: int | None = None) -> tuple[IssuedStatement, ...]:
    """Return the statements of a merchant, or all, the newest month first."""
    query = select(STATEMENTS).order_by(STATEMENTS.c.month.desc(), STATEMENTS.c.merchant)
    if merchant is not None:
        query = query.where(STATEMENTS.c.merchant == merchant)
    return tuple(IssuedStatement(**row) for row in connection.execute(query).mappings())


def logo_of(connection: Connection, document: StatementDocument) -> bytes:
    """Return the logo (SVG) that a statement shows; empty for none."""
    if not document.look.logo:
        return b""
    logos = numbering.LOGOS
    wanted = select(logos.c.svg).where(logos.c.sha256 == bytes.fromhex(document.look.logo))
    return bytes(connection.execute(wanted).scalar_one())


def _rows(connection: Connection, month: Month) -> tuple[IssuedStatement, ...]:
    query = select(STATEMENTS).where(STATEMENTS.c.month == str(month)).order_by(STATEMENTS.c.merchant)
    return tuple(IssuedStatement(**row) for row in connection.execute(query).mappings())


def _require_whole(connection: Connection, office: Office, month: Month, period: Period, now: int) -> None:
    """Raise MonthOpenError unless the read model holds every block of the month.

    It does when its last block is of a later time; or when the month is over by this machine's clock, too,
    and the chain has no other block: the next one will be later.
    """
    last = connection.execute(select(CURSOR.c.block_number)).scalar_one_or_none() or 0
    block = office.ledger.rpc.request("eth_getBlockByNumber", [hex(last), False])
    held = int(block["timestamp"], 16)
    is_over = now - CLOCK_MARGIN >= period.end and office.ledger.head() == last
    if held < period.end and not is_over:
        seen = datetime.fromtimestamp(held, UTC).astimezone(office.zone)
        raise MonthOpenError(actual=month, limit=seen.isoformat(sep=" ", timespec="minutes"))


def _number(
    connection: Connection,
    office: Office,
    month: Month,
    told: Sequence[Figures],
    *,
    now: int,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Return the rows of the statements, numbered in the order of the merchants.

    Who has nothing but taxes, of a month before, gets one: nothing else tells of them.
    """
    if office.issuer.logo_svg:
        numbering.keep_logo(connection, sha256(office.issuer.logo_svg).digest(), office.issuer.logo_svg)
    taxes = _taxes(connection, office, month, told)
    figures = [one for one in told if not (one.is_empty and taxes[one.merchant].is_empty)]
    to_set_off = cash_to_set_off(connection, Period(FOUNDING, month.period(office.zone).end))
    year = local_day(now, office.zone).year
    rows = []
    for serial, one in enumerate(figures, numbering.next_serial(connection, year)):
        awaits = one.awaiting(to_set_off.get(one.merchant, Sums()))
        document = _document(
            office, month, awaits, taxes[one.merchant], number=number_text(year, serial), now=now
        )
        content = document.canonical()
        net = {"tax": document.taxes.charged, "due": document.net.due, "payable": document.net.payable}
        key = {"year": year, "serial": serial, "merchant": one.merchant, "month": str(month)}
        rows.append({**key, **net, "issued_at": now, "sha256": digest(content), "content": content})
        progress(len(rows), len(figures))
    return rows


def _taxes(
    connection: Connection, office: Office, month: Month, figures: Iterable[Figures]
) -> Mapping[int, TaxAccount]:
    period = month.period(office.zone)
    charged = numbering.taxes_charged(connection, month)
    before = numbering.taxes_received(connection, 0, period.begin)
    within = numbering.taxes_received(connection, period.begin, period.end)
    found = {}
    for one in figures:
        number = one.merchant
        opening = charged.get(number, 0) - before.get(number, 0)
        found[number] = tax_account(office.issuer, one.account.net_premiums, opening, within.get(number, 0))
    return found


def tax_account(issuer: Issuer, base: int, opening: int, received: int) -> TaxAccount:
    """Return the taxes on a month's net premiums: each rounded once, half up, on the month's sum."""
    lines = tuple(
        TaxLine(
            name_fr=one.name_fr,
            name_en=one.name_en,
            rate=one.rate,
            registration=one.registration,
            base=base,
            amount=tax_half_up(base, one.rate),
        )
        for one in issuer.taxes
    )
    charged = sum(line.amount for line in lines)
    closing = opening + charged - received
    return TaxAccount(opening=opening, lines=lines, charged=charged, received=received, closing=closing)


def _document(
    office: Office, month: Month, figures: Figures, taxes: TaxAccount, *, number: str, now: int
) -> StatementDocument:
    issuer, today = office.issuer, local_day(now, office.zone)
    logo = sha256(issuer.logo_svg).hexdigest() if issuer.logo_svg else ""
    return StatementDocument(
        number=number,
        month=str(month),
        first_day=month.first_day.isoformat(),
        last_day=month.last_day.isoformat(),
        timezone=office.zone.key,
        currency=office.currency,
        issued_at=now,
        issued_on=today.isoformat(),
        due_on=(today + timedelta(days=issuer.terms_days)).isoformat(),
        fund=office.ledger.community.fund,
        issuer=Party(name=issuer.name, address=issuer.address, registrations=issuer.registrations),
        addressee=issuer.addressee(figures.merchant),
        look=Look(region=issuer.region, accent=issuer.accent, second=issuer.second.lower(), logo=logo),
        figures=figures,
        taxes=taxes,
        net=net_of(figures.account, taxes, figures.project_currency.awaiting.amount),
    )
