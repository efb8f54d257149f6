"""What the rules make of a line: equal in reference, amount and sign, it stands; likely, it is proposed.

rule:reference   the end-to-end reference of an item, its amount, its direction: stands
rule:return      the reference of an item, the amount that it brought, the other direction: stands
rule:batch       as many transactions as one run has items, with its total: stands
rule:total       the total of one run, and no count: proposed
rule:debt        a transfer that names a debit that came back, or equals the only such debt: proposed
rule:statement   a transfer that names a monthly statement: proposed
rule:account     a transfer from an account known from before, of what its holder owes: proposed
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from sqlmodel import Session, col, func, select

from endogene_token.errors import InputError
from endogene_token.office.trail import Change
from endogene_token.treasury.collect.debts import is_paid
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch, BankRun, ReturnedDebt
from endogene_token.treasury.collect.states import Direction, ItemState, Kind, RunState
from endogene_token.treasury.confirm import parts, rows
from endogene_token.treasury.confirm.rows import Part
from endogene_token.treasury.confirm.states import MERCHANT, STANDING, DebtState, LineState, MatchState
from endogene_token.treasury.statements.models import IssuedStatement

AMOUNT_DIFFERS: Final = "amount-differs"
UNDONE: Final = "undone"
ALIKE: Final = "stated-before"
"""A line of this day and amount is kept from another file, perhaps the same movement."""
NEVER: Final = (ItemState.CANCELLED, ItemState.REJECTED)  # of items whose money never moved
OF_TRANSFERS: Final = ("rule:statement", "rule:account")
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(20[0-9]{2})[ -]?([0-9]{6})(?![0-9])", re.ASCII)
_REFERENCE: Final = re.compile(r"(?<![0-9A-Z])[A-Z]20[0-9]{2}-[0-9]{6}(?![0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule makes of a line; `is_certain`: nothing in it is left to judgement."""

    rule: str
    parts: tuple[Part, ...]
    is_certain: bool = False


def apply(change: Change, lines: Sequence[BankLine]) -> None:
    """Match or propose what the rules know, for lines that nobody has decided about yet.

    In the order of the days; on one day what came back comes last: its collection is noted first.
    """
    waiting = [one for one in lines if one.state == LineState.UNMATCHED and one.why not in {UNDONE, ALIKE}]
    for line in sorted(waiting, key=lambda one: (one.booked, bool(one.return_code), one.identity)):
        found = propose(change.session, line)
        if isinstance(found, str):
            line.why = found
            change.session.add(line)
        elif found is not None:
            _follow(change, line, found)


def _follow(change: Change, line: BankLine, found: Proposal) -> None:
    try:
        parts.check(change.session, line, found.parts)
    except InputError as wrong:  # what it names is confirmed already, or came back: a person looks at it
        line.why = str(wrong.limit if wrong.limit is not None else wrong.code)[: rows.LONGEST_WHY]
        change.session.add(line)
        return
    by = f"rule:{found.rule}"
    matches = rows.keep(change, line, found.parts, MatchState.PROPOSED, by)
    if found.is_certain:
        parts.stand(change, line, matches, by)
    items = [part.item for part in found.parts if part.item]
    action = "bank.matched" if found.is_certain else "bank.proposed"
    change.note(action, rows.subject(line.identity), rule=found.rule, items=items)


def propose(session: Session, line: BankLine) -> Proposal | str | None:
    """Return what a rule makes of a line, or why an item that it names does not fit, or None."""
    item = session.get(BankItem, line.end_to_end) if line.end_to_end else None
    if item is not None:
        return _by_reference(session, line, item)
    if line.amount < 0:
        return _by_total(session, line) or _by_return(session, line)
    if line.parts > 1 or line.return_code:
        return _by_total(session, line)
    named = _by_debt(session, line) or _by_statement(session, line)  # its text says more than a sum
    return named or _by_total(session, line) or _by_account(session, line)


def part_of(item: BankItem, amount: int | None = None) -> Part:
    """Return the part that confirms an item, or `amount` of it: what lacks, lacks in the premiums."""
    merchant = item.party_number if item.party == MERCHANT else 0
    if item.kind != Kind.PREMIUMS:
        return Part(item.amount if amount is None else amount, item.reference, merchant)
    whole = item.amount if amount is None else amount
    tax = min(item.tax, whole)
    return Part(whole, item.reference, merchant, whole - tax, tax)


def return_of(session: Session, item: BankItem) -> Part:
    """Return the part that takes an item back: what a line brought for it, else what it asked."""
    merchant = item.party_number if item.party == MERCHANT else 0
    return Part(rows.brought(session, item) or item.amount, item.reference, merchant)


def transfer_of(session: Session, merchant: int, amount: int, tax: int | None = None) -> Part:
    """Return a merchant's own transfer: the taxes that it owes first, then premiums, if `tax` is not told.

    Taxes are not the fund's money; and more than is owed goes to later premiums, as the ledger holds it.
    """
    share = min(rows.tax_owed(session, merchant), amount) if tax is None else tax
    return Part(amount, "", merchant, amount - share, share)


def debt_part(debt: ReturnedDebt) -> Part:
    """Return the part that pays a debt."""
    return Part(debt.amount, debt.item, debt.merchant)


def _by_reference(session: Session, line: BankLine, item: BankItem) -> Proposal | str:
    back = parts.is_return(line, item)
    part = return_of(session, item) if back else part_of(item)
    if part.amount != abs(line.amount):
        return AMOUNT_DIFFERS
    return Proposal("return" if back else "reference", (part,), is_certain=True)


def _by_total(session: Session, line: BankLine) -> Proposal | None:
    """A booking of a whole file: one run, and only one, has this total and items that nothing confirms."""
    fits = [items for items in map(_items, repeat(session), _runs(session, line)) if _are_free(items)]
    if len(fits) != 1:
        return None
    is_certain = line.parts > 1 and line.parts == len(fits[0])
    found = tuple(part_of(one) for one in fits[0])
    return Proposal("batch" if is_certain else "total", found, is_certain)


def _runs(session: Session, line: BankLine) -> Sequence[int]:
    """Return the runs in the bank's hands whose items add up to the line."""
    query = (
        select(BankItem.run)
        .join(BankRun, col(BankRun.number) == col(BankItem.run))
        .where(BankRun.direction == (Direction.DEBIT if line.amount > 0 else Direction.CREDIT))
        .where(BankRun.state == RunState.HANDED_IN, col(BankItem.state).not_in(NEVER))
        .group_by(col(BankItem.run))
        .having(func.sum(BankItem.amount) == abs(line.amount))
    )
    return session.exec(query).all()


def _items(session: Session, run: int) -> list[BankItem]:
    query = select(BankItem).where(BankItem.run == run, col(BankItem.state).not_in(NEVER))
    return list(session.exec(query.order_by(col(BankItem.reference))))


def _are_free(items: Sequence[BankItem]) -> bool:
    return all(not one.line and one.state in {ItemState.FILED, ItemState.RETURNED} for one in items)


def _by_return(session: Session, line: BankLine) -> Proposal | None:
    """What a file of returns told, and the statement books now: one of them, or all in one amount."""
    query = select(BankItem).where(
        BankItem.state == ItemState.RETURNED, BankItem.direction == Direction.DEBIT
    )
    told = [
        one
        for one in session.exec(query.order_by(col(BankItem.reference)))
        if not rows.confirming(session, one.reference, incoming=False)
    ]
    found = [return_of(session, one) for one in told]
    same = [part for part in found if part.amount == -line.amount]
    if len(same) == 1:
        return Proposal("returned", tuple(same))
    is_all = not same and sum(part.amount for part in found) == -line.amount
    return Proposal("returned", tuple(found)) if is_all else None


def _by_debt(session: Session, line: BankLine) -> Proposal | None:
    for name in dict.fromkeys(_REFERENCE.findall(line.text.upper())):
        debt = session.get(ReturnedDebt, name)
        if debt is not None and debt.amount == line.amount and not is_paid(session.connection(), debt):
            return Proposal("debt", (debt_part(debt),))
    return None


def _by_statement(session: Session, line: BankLine) -> Proposal | None:
    merchants = set()
    for year, serial in _NUMBER.findall(line.text):
        issued = session.get(IssuedStatement, (int(year), int(serial)))
        if issued is not None:
            merchants.add(issued.merchant)
    if len(merchants) != 1:
        return None
    return Proposal("statement", (transfer_of(session, merchants.pop(), line.amount),))


def _by_account(session: Session, line: BankLine) -> Proposal | None:
    """The account paid for one merchant before; the amount is one debt of it, or its last statement's."""
    merchant = _holder(session, line)
    if merchant is None:
        return None
    mine = select(ReturnedDebt).where(ReturnedDebt.merchant == merchant, ReturnedDebt.state == DebtState.OPEN)
    debts = [one for one in session.exec(mine) if one.amount == line.amount]
    owed = _statement_due(session, merchant) == line.amount
    if len(debts) == 1 and not owed:
        return Proposal("debt", (debt_part(debts[0]),))
    if owed and not debts:
        return Proposal("account", (transfer_of(session, merchant, line.amount),))
    return None


def _holder(session: Session, line: BankLine) -> int | None:
    if not line.other_account:
        return None
    known = (
        select(BankMatch.merchant)
        .join(BankLine, col(BankLine.identity) == col(BankMatch.line))
        .where(BankLine.other_account == line.other_account, BankMatch.merchant > 0)
        .where(col(BankMatch.state).in_(STANDING))
        .distinct()
    )
    found = list(session.exec(known))
    return found[0] if len(found) == 1 else None


def _statement_due(session: Session, merchant: int) -> int | None:
    """Return what a merchant's last statement asks for, unless a debit does, or a transfer paid since."""
    query = select(IssuedStatement).where(IssuedStatement.merchant == merchant)
    last = session.exec(query.order_by(col(IssuedStatement.month).desc()).limit(1)).first()
    if last is None:
        return None
    debit = select(BankItem.reference).where(
        BankItem.kind == Kind.PREMIUMS,
        BankItem.statement == last.number,
        col(BankItem.state).in_((ItemState.FILED, ItemState.COLLECTED, ItemState.SETTLED)),
    )
    paid = select(BankMatch.line).where(
        BankMatch.item == "",
        BankMatch.merchant == merchant,
        BankMatch.changed_at >= last.issued_at,
        col(BankMatch.state).in_(STANDING),
    )
    return None if any(session.exec(one).first() for one in (debit, paid)) else last.due
