"""A treasurer's desk over a fresh database: statements of October 2026, a bank in Canada or in SEPA."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from endogene_token.indexer.models import Member, Merchant, Settlement
from endogene_token.indexer.money_models import CashRequest, Redemption
from endogene_token.office.trail import Change, changing
from endogene_token.store import writing
from endogene_token.treasury.collect import drafting, mandates, runs
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.drafting import Drafted
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.mandates import NewMandate, NewPayee
from endogene_token.treasury.collect.models import BankItem, BankRun
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.statements.document import (
    Account,
    Balance,
    CurrencyAccount,
    Figures,
    Sums,
    TaxAccount,
    net_of,
)
from endogene_token.treasury.statements.models import IssuedStatement, StatementMonth
from endogene_token.treasury.statements.months import Month
from tests.town import BAKERY, FOREVER, GROCER
from tests.unit.office_desk import ACTOR, Desk
from tests.unit.statement_sample import MONTREAL, statement

OCTOBER = Month(2026, 10)
TREASURER, APPROVER = "officer:0x" + "0a" * 20, "officer:0x" + "0b" * 20
DAY = date(2026, 11, 20)  # a Friday, long after the notice
ACCOUNTS = {BAKERY: "12345-006-7654321", GROCER: "54321-815-111222"}
CANADA = {
    "identifier": "0000000610",
    "short_name": "ENDOGENE",
    "long_name": "Coopérative Endogène",
    "data_centre": "81510",
    "account": "30000-815-0123456",
}
SEPA = {
    "name": "Coopérative Endogène",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "creditor_identifier": "FR72ZZZ123456",
}
IBAN = "FR1420041010050500013M02606"


def instant(day: int, hour: int = 10, month: int = 11) -> int:
    """Return an instant of the year 2026 by the clock of Montréal."""
    return int(datetime(2026, month, day, hour, tzinfo=MONTREAL).timestamp())


ISSUED, NOW = instant(2, 9), instant(3)
TODAY = date(2026, 11, 3)


class CollectDesk(Desk):
    """What a test of the treasury drives."""

    def __init__(self, url: str, **profile: Any) -> None:
        super().__init__(url)
        self.office = office(self, **profile)

    @contextmanager
    def tried(self) -> Iterator[Change]:
        """Give a change that comes to nothing."""
        with suppress(ZeroDivisionError), changing(self.engine, ACTOR) as change:
            yield change
            raise ZeroDivisionError

    def keep(self, *rows: Any) -> None:
        """Store rows as if they had come."""
        with writing(self.engine) as connection, Session(connection) as session:
            session.add_all(rows)
            session.flush()

    def sign(self, merchant: int, **changes: Any) -> int:
        """Keep a merchant's mandate, and return its number."""
        with self.changing() as change:
            return mandates.give(change, self.office.secret, mandate(merchant, **changes), TODAY).number or 0

    def pay_on(self, party: Any, number: int, commitment: bytes = b"") -> int:
        """Keep a payee, and return its number."""
        with self.changing() as change:
            given = NewPayee(party, number, "Boulangerie du Cœur", read_account(ACCOUNTS[BAKERY]), commitment)
            return mandates.add_payee(change, self.office.secret, given).number or 0

    def draft(self, day: date = DAY, who: str = TREASURER, now: int = NOW, **more: Any) -> Drafted:
        """Draft October's debits."""
        with self.changing() as change:
            return drafting.draft_debits(
                change, self.office, OCTOBER, day, who, noticed=more.get("noticed"), now=now
            )

    def draft_payments(self, day: date = DAY, now: int = NOW, **instalments: Any) -> Drafted:
        """Draft payments."""
        with self.changing() as change:
            return drafting.draft_payments(change, self.office, day, TREASURER, now=now, **instalments)

    def approve(self, number: int, who: str = APPROVER, now: int = NOW) -> BankRun:
        """Approve a run."""
        with self.changing() as change:
            return runs.approve(change, self.office, number, who, now)

    def hand_in(self, number: int, now: int = NOW) -> BankRun:
        """Hand a run in."""
        with self.changing() as change:
            return runs.hand_in(change, self.office, number, now)

    def cancel(self, number: int) -> BankRun:
        """Cancel a run."""
        with self.changing() as change:
            return runs.cancel(change, number, NOW)

    def content(self, number: int) -> bytes:
        """Return the file of a run."""
        with self.reading() as session:
            return runs.content_of(session, self.office, number)

    def items(self, number: int) -> list[BankItem]:
        """Return the items of a run."""
        with self.reading() as session:
            return runs.items_of(session, number)


def office(desk: Desk, **profile: Any) -> Office:
    """Return the treasury of a bank in Canada, or as `profile` says."""
    settings = BankProfile.model_validate(profile or {"canada": CANADA})
    return Office(settings, desk.secret, MONTREAL, "CAD" if settings.regime == "canada" else "EUR")


def mandate(merchant: int, **changes: Any) -> NewMandate:
    """Return a mandate as signed."""
    given: dict[str, Any] = {
        "merchant": merchant,
        "scheme": "cpa",
        "reference": f"M-{merchant}",
        "signed": date(2026, 1, 5),
        "name": f"Épicerie nº {merchant}",
        "account": read_account(ACCOUNTS.get(merchant, f"00001-001-{merchant:07}")),
    }
    return NewMandate(**{**given, **changes})


def issued(
    serial: int,
    merchant: int,
    owed: int,
    tax: int = 0,
    awaiting: int = 0,
    *,
    month: Month = OCTOBER,
    at: int = ISSUED,
) -> IssuedStatement:
    """Return the statement of a merchant that owes so much in premiums and taxes, and awaits so much cash."""
    account, taxes = Account(closing=Balance.of(owed)), TaxAccount(charged=tax, closing=tax)
    currency = CurrencyAccount(closing=awaiting, awaiting=Sums(count=1, amount=awaiting))
    net = net_of(account, taxes, awaiting)
    figures = Figures(merchant=merchant, last_block=1, account=account, project_currency=currency)
    document = statement(
        number=f"2026-{serial:06}", month=str(month), figures=figures, taxes=taxes, net=net, issued_at=at
    )
    content = document.canonical()
    key: dict[str, Any] = {"year": 2026, "serial": serial, "merchant": merchant, "month": str(month)}
    sums: dict[str, Any] = {"tax": tax, "due": net.due, "payable": net.payable, "issued_at": at}
    return IssuedStatement(**key, **sums, sha256=bytes(32), content=content)


def closed(statements: Sequence[IssuedStatement], month: Month = OCTOBER) -> list[Any]:
    """Return the statements of a month, and that these are all."""
    return [
        *statements,
        StatementMonth(month=str(month), issued_at=ISSUED, last_block=1, statements=len(statements)),
    ]


def settled(merchant: int, amount: int, at: int, reference: bytes = bytes(32)) -> Settlement:
    """Return what the chain tells of a merchant's payment."""
    place: dict[str, Any] = {"block_number": 1, "log_index": 0, "transaction_hash": bytes(32)}
    whole: dict[str, Any] = {"merchant": merchant, "amount": amount, "prepaid": 0, "block_time": at}
    return Settlement(bank_reference=reference, **whole, **place)


def cash_request(number: int, merchant: int, amount: int, asked: int, payable: int = 0) -> CashRequest:
    """Return a request of cash that is open."""
    whole: dict[str, Any] = {"number": number, "merchant": merchant, "amount": amount, "state": 1}
    whole |= {"payable_from": payable, "requested_at": asked} | dict.fromkeys(("first", "second", "third"), 0)
    whole |= dict.fromkeys(("later", "block_number", "log_index", "block_time"), 0)
    return CashRequest(**whole, bank_reference=b"", transaction_hash=b"")


def redemption(number: int, member: int, amount: int, payee: bytes, **changes: int) -> Redemption:
    """Return an approved redemption."""
    whole: dict[str, Any] = {"number": number, "member": member, "reason": 0, "state": 3, "amount": amount}
    names = ("paid", "attested_at", "approved_at", "closed_at", "block_number", "block_time")
    whole |= dict.fromkeys(names, 0) | changes
    return Redemption(
        **whole, payee=payee, attestor=b"", evidence=b"", approver=b"", transaction_hash=bytes(32)
    )


def shops(numbers: Sequence[int]) -> list[Any]:
    """Return merchants, and the members that they are."""
    sums = dict.fromkeys(("exposure_limit", "till_cap", "owed", "prepaid", "premiums", "settled"), 0)
    valid = {"valid_from": 0, "valid_until": FOREVER}
    members = [
        Member(number=one, kind=0, category=0, key=one.to_bytes(20), balance=0, **valid) for one in numbers
    ]
    return [
        *members,
        *(Merchant(number=one, status=1, kind=0, netted=0, written_off=0, **sums) for one in numbers),
    ]


def two_owing(database_url: str) -> CollectDesk:
    """Return a desk: a bakery owes 1,149.75 with taxes under a mandate, a grocer 50.00 without one."""
    found = CollectDesk(database_url)
    found.keep(*closed([issued(1, BAKERY, 100_000, 14_975), issued(2, GROCER, 5_000)]))
    found.sign(BAKERY)
    return found
