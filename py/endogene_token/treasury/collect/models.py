"""The tables of the treasury's movements at the bank. Office tables: a rebuild of the read model keeps them.

Amounts are minor units, instants seconds UTC, days ISO dates. Accounts and files are sealed under the
office's key (`office.sealed`); an account's last four characters stand beside it, for people.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from endogene_token.indexer.columns import raw, whole

REFERENCE: Final = 19  # characters of an item's reference: what Canada's file holds, the shorter of both
LIVE: Final = "state IN ('filed', 'collected', 'settled')"
NUMBERED: Final = "file_number > 0 AND state <> 'cancelled'"


def _number() -> Any:
    """Return a key that counts from 1."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Field(default=None, sa_column=Column(kind, primary_key=True, autoincrement=True, nullable=False))


def _word(longest: int | None, *, key: bool = False) -> Any:
    return Field(primary_key=key, sa_type=String(longest) if longest else Text, nullable=False)


def _when(name: str, *columns: str, where: str, is_unique: bool = True) -> Index:
    return Index(name, *columns, unique=is_unique, sqlite_where=text(where), postgresql_where=text(where))


class BankMandate(SQLModel, table=True):
    """A merchant's signed leave to debit its account; at most one of a merchant is active.

    `scheme` is `cpa`, `b2b` or `core`, `state` `active` or `ended`; `first_used` 1 once a file with it was
    handed in; `tail` the last four characters of the account.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("reference", name="mandate_reference"),
        _when("mandate_active", "merchant", where="state = 'active'"),
    )
    number: int | None = _number()
    merchant: int = whole()
    scheme: str = _word(4)
    reference: str = _word(35)
    signed: str = _word(10)
    name: str = _word(70)
    sealed_account: bytes = raw()
    tail: str = _word(4)
    state: str = _word(8)
    ended_why: str = _word(120)
    first_used: int = whole()
    created_at: int = whole()


class BankPayee(SQLModel, table=True):
    """The account that a merchant or a member is paid on; at most one of each is active.

    `commitment` is what an approved redemption names on the chain for this account; empty for a merchant.
    """

    __tablename__ = "payee"
    __table_args__ = (_when("payee_active", "party", "party_number", where="state = 'active'"),)
    number: int | None = _number()
    party: str = _word(8)
    party_number: int = whole()
    name: str = _word(70)
    sealed_account: bytes = raw()
    tail: str = _word(4)
    commitment: bytes = raw()
    state: str = _word(8)
    ended_why: str = _word(120)
    created_at: int = whole()


class BankRun(SQLModel, table=True):
    """Debits or payments of one day, that one file carries; who drafts it never approves it.

    `direction` is `debit` or `credit`, `state` `drafted`, `approved`, `handed-in` or `cancelled`, `file_kind`
    `cpa005`, `pain008` or `pain001`. The file is made at approval, once: until then `file_number` is 0 and
    `content` (sealed) and `sha256` (of the bytes that the bank gets) are empty. `handed_in_at` is 0 before.
    """

    __tablename__ = "bank_run"
    __table_args__ = (_when("bank_run_file", "file_kind", "file_number", where=NUMBERED),)
    number: int | None = _number()
    direction: str = _word(6)
    scheme: str = _word(4)
    month: str = _word(7)
    day: str = _word(10)
    noticed_on: str = _word(10)
    file_kind: str = _word(8)
    file_number: int = whole()
    state: str = _word(10)
    drafted_by: str = _word(80)
    approved_by: str = _word(80)
    content: bytes = raw()
    sha256: bytes = raw()
    created_at: int = whole()
    handed_in_at: int = whole()


class BankItem(SQLModel, table=True):
    """One debit or payment under a reference that serves once and for good: the end-to-end one at the bank.

    `kind` is `premiums`, `debt`, `cash-request` or `redemption`; `party` `merchant` or `member`; `account`
    the number of the mandate or payee; `object` that of the cash request or redemption, or 0. `statement` is
    the number of the statement, of a debt the reference of the item that came back, else empty. Of `amount`,
    `premiums` are settled on the chain and `tax` is booked off it; of a debt both are 0. `state` is `filed`,
    `collected` (of a payment: executed), `settled`, `returned`, `rejected` or `cancelled`; `line` the
    identity of the line that confirms it, or empty.
    """

    __tablename__ = "bank_item"
    __table_args__ = (
        Index("bank_item_run", "run"),
        _when("bank_item_statement", "kind", "statement", where=f"statement <> '' AND {LIVE}"),
        _when("bank_item_object", "kind", "object", where="object > 0 AND state IN ('filed', 'collected')"),
    )
    reference: str = _word(REFERENCE, key=True)
    run: int = whole()
    direction: str = _word(6)
    kind: str = _word(12)
    party: str = _word(8)
    party_number: int = whole()
    account: int = whole()
    object: int = whole()
    statement: str = _word(REFERENCE)
    amount: int = whole()
    premiums: int = whole()
    tax: int = whole()
    day: str = _word(10)
    state: str = _word(10)
    line: bytes = raw()
    return_code: str = _word(10)
    changed_at: int = whole()


class BankLine(SQLModel, table=True):
    """A line of a bank statement, under its identity; `amount` is negative when money went out.

    `state` is `unmatched`, `proposed`, `matched`, `settled` or `set-aside` (`why`).
    """

    __tablename__ = "bank_line"
    __table_args__ = (Index("bank_line_state", "state", "booked"),)
    identity: bytes = raw(32, key=True)
    account: str = _word(40)
    booked: str = _word(10)
    amount: int = whole()
    currency: str = _word(3)
    bank_reference: str = _word(None)
    end_to_end: str = _word(None)
    mandate: str = _word(None)
    name: str = _word(None)
    other_account: str = _word(None)
    text: str = _word(None)
    return_code: str = _word(40)
    parts: int = whole()
    imported_at: int = whole()
    state: str = _word(10)
    why: str = _word(None)


class BankMatch(SQLModel, table=True):
    """What a line, or a part of it, confirms: an item, or a merchant's own transfer (`item` empty).

    `state` is `proposed`, `approved`, `sent`, `done` or `refused`; `proposed_by` `rule:<name>` or who did;
    `commitment` is the bank reference under which the chain books it.
    """

    __tablename__ = "bank_match"
    __table_args__ = (
        Index("bank_match_commitment", "commitment"),
        Index("bank_match_item", "item"),
        Index("bank_match_state", "state"),
    )
    line: bytes = raw(32, key=True)
    ordinal: int = whole(key=True)
    item: str = _word(REFERENCE)
    merchant: int = whole()
    amount: int = whole()
    premiums: int = whole()
    tax: int = whole()
    state: str = _word(10)
    proposed_by: str = _word(80)
    decided_by: str = _word(80)
    commitment: bytes = raw(32)
    changed_at: int = whole()


class ReturnedDebt(SQLModel, table=True):
    """A debit that came back after the chain had counted it: owed to the bank's account, not on the chain.

    `state` is `open`, `collected` or `written-off`; `closed_by_line` the identity of the line that paid it.
    """

    __tablename__ = "returned_debt"
    __table_args__ = (Index("returned_debt_merchant", "merchant", "state"),)
    item: str = _word(REFERENCE, key=True)
    merchant: int = whole()
    amount: int = whole()
    returned_line: bytes = raw(32)
    opened_at: int = whole()
    state: str = _word(12)
    closed_by_line: bytes = raw()


COLLECT_TABLES: Final[tuple[type[SQLModel], ...]] = (
    BankMandate,
    BankPayee,
    BankRun,
    BankItem,
    BankLine,
    BankMatch,
    ReturnedDebt,
)
