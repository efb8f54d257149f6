"""A statement in which everything stands that one may tell, for the tests of its papers."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from endogene_token.treasury.statements.document import (
    Account,
    Balance,
    CurrencyAccount,
    Entry,
    Figures,
    Look,
    Party,
    Rate,
    Refusal,
    StatementDocument,
    Sums,
    TillDay,
    net_of,
)
from endogene_token.treasury.statements.issuer import Issuer, Tax
from endogene_token.treasury.statements.issuing import tax_account

MONTREAL = ZoneInfo("America/Toronto")
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
TAXES = (
    Tax(name_fr="TPS", name_en="GST", rate=5_000, registration="123456789 RT0001"),
    Tax(name_fr="TVQ", name_en="QST", rate=9_975, registration="1234567890 TQ0001"),
)


def entry(day: int, kind: str, amount: int, **more: Any) -> Entry:
    at = int(datetime(2026, 10, day, 12, tzinfo=MONTREAL).timestamp())
    return Entry(at=at, day=f"2026-10-{day:02}", kind=kind, amount=amount, **more)


def figures() -> Figures:
    """Return a month with sales, refunds, late and refused items, and project currency."""
    account, currency = accounts()
    reason: dict[str, Any] = {"is_refund": False, "reason": "unknown-member"}
    return Figures(
        merchant=4,
        last_block=18_204,
        rates=(Rate(from_day="1970-01-01", rate_bps=280), Rate(from_day="2026-10-15", rate_bps=325)),
        account=account,
        project_currency=currency,
        days=till_days(),
        refusals=(Refusal(day="2026-10-31", till=7, items=Sums(count=1, amount=4_200), **reason),),
        entries=(
            entry(6, "sale-to-project", 90_000, premium=2_520, project=12, reference="0x" + "a3" * 32),
            entry(14, "settled", 184_237, reference="0x" + "77" * 32),
        ),
    )


def till_days() -> tuple[TillDay, ...]:
    """Return a late day, a full one with a refund, and one whose only sale was refused."""
    return (
        TillDay(day="2026-09-30", till=3, late=True, sales=Sums(count=2, amount=8_740), premiums=245),
        TillDay(
            day="2026-10-01",
            till=3,
            sales=Sums(count=1_022, amount=123_456_789),
            premiums=3_456_790,
            refunds=Sums(count=1, amount=10_000),
            reversals=280,
        ),
        TillDay(day="2026-10-31", till=7, refused_sales=Sums(count=1, amount=4_200)),
    )


def accounts() -> tuple[Account, CurrencyAccount]:
    """Return what the merchant owes, and its project currency."""
    account = Account(
        opening=Balance(owed=184_237),
        premiums=3_457_035,
        reversals=280,
        currency_premiums=4_200,
        settled=184_237,
        netted=20_000,
    )
    value = account.opening.value + account.movement
    currency = CurrencyAccount(
        opening=5_000,
        from_projects=Sums(count=2, amount=150_000),
        netted=Sums(count=1, amount=20_000),
        closing=135_000,
        asked=Sums(count=1, amount=60_000),
        awaiting=Sums(count=1, amount=60_000),
    )
    return account.model_copy(update={"closing": Balance.of(value)}), currency


def statement(**changes: Any) -> StatementDocument:
    """Return the statement; `changes` replace what it says."""
    told = figures()
    issuer = Issuer(name="Coopérative de Limoilou", taxes=TAXES)
    taxes = tax_account(issuer, told.account.net_premiums, 0, 0)
    content: dict[str, Any] = {
        "number": "2026-000123",
        "month": "2026-10",
        "first_day": "2026-10-01",
        "last_day": "2026-10-31",
        "timezone": "America/Toronto",
        "currency": "CAD",
        "issued_at": int(datetime(2026, 11, 2, 9, tzinfo=MONTREAL).timestamp()),
        "issued_on": "2026-11-02",
        "due_on": "2026-11-17",
        "fund": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "issuer": Party(name=issuer.name, address=("123, 3e Avenue",)),
        "addressee": Party(name="Boulangerie du Faubourg"),
        "look": Look(region="CA", accent="#1b5f54", second="#bd5a33", logo=sha256(LOGO).hexdigest()),
        "figures": told,
        "taxes": taxes,
        "net": net_of(told.account, taxes, told.project_currency.awaiting.amount),
    }
    return StatementDocument(**{**content, **changes})
