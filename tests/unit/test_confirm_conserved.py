"""Whatever is asked, stated, decided and brought back: nothing is confirmed twice, no cent is lost."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from endogene_token.errors import InputError
from endogene_token.office.trail import Change
from endogene_token.treasury.bankstatements.lines import StatementLine, numbered
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch, ReturnedDebt
from endogene_token.treasury.confirm import importing, matching, parts, rules
from endogene_token.treasury.confirm.importing import Read
from endogene_token.treasury.confirm.matching import Wish
from endogene_token.treasury.confirm.states import STANDING
from endogene_token.treasury.statements.models import TaxPayment
from tests.town import BAKERY, GROCER
from tests.unit.confirm_desk import DAY, Treasury, item, line, mandate, payment, run

ITEMS = 5
AMOUNTS = st.sampled_from([300, 400, 700, 1_000])
LINES = st.tuples(
    st.sampled_from(["", *(f"D2026-00000{n}" for n in range(ITEMS)), "C2026-000001", "C2026-000002"]),
    st.sampled_from([-1, 1]),
    st.one_of(AMOUNTS, st.just(0)),  # 0: what the item asks
    st.integers(0, 2),  # the day
    st.integers(1, 3),  # how many the bank booked as one
    st.sampled_from(["", "901", "905"]),
)
WISHES = st.one_of(
    st.builds(Wish, item=st.sampled_from([f"D2026-00000{n}" for n in range(ITEMS)])),
    st.builds(Wish, debt=st.sampled_from([f"D2026-00000{n}" for n in range(ITEMS)])),
    st.builds(Wish, merchant=st.sampled_from([BAKERY, GROCER]), amount=st.one_of(st.none(), AMOUNTS)),
    st.builds(Wish, amount=st.one_of(st.none(), AMOUNTS)),
)
ACTS = st.one_of(
    st.tuples(st.just("take"), st.lists(LINES, min_size=1, max_size=4)),
    st.tuples(st.just("approve"), st.integers(0, 9)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("aside"), st.integers(0, 9)),
    st.tuples(st.just("match"), st.tuples(st.integers(0, 9), st.lists(WISHES, min_size=1, max_size=3))),
    st.tuples(st.just("settle"), st.none()),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treasury]:
    folder: Path = tmp_path_factory.mktemp("conserved")
    opened = Treasury(f"sqlite:///{folder / 'ledger.sqlite'}")
    opened.add(run(1), run(2), run(3, "credit"), mandate())
    opened.add(*(item(f"D2026-00000{n}", 300 + 100 * (n % 3), run=1 + n // 3, tax=50) for n in range(ITEMS)))
    opened.add(payment("C2026-000001", 700), payment("C2026-000002", 400, number=2))
    opened.engine.dispose()
    shutil.copyfile(folder / "ledger.sqlite", folder / "ledger.template")
    yield opened
    opened.engine.dispose()


def empty(desk: Treasury) -> None:
    """Begin anew, with a copy of the files: what is issued or paid stays in a database for good."""
    desk.engine.dispose()
    file = Path(str(desk.engine.url.database))
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    shutil.copyfile(file.with_suffix(".template"), file)
    desk.chain.booked.clear()
    desk.chain.amounts.clear()


def stated(desk: Treasury, told: tuple[str, int, int, int, int, str]) -> StatementLine:
    reference, sign, amount, day, many, code = told
    asked = desk.item(reference).amount if reference and not amount else amount or 700
    back = code if sign < 0 else ""
    return line(
        sign * asked,
        reference,
        booked=DAY + timedelta(days=day),
        parts=many if not reference else 1,
        return_code=back,
    )


def act(desk: Treasury, name: str, given: Any) -> None:
    if name == "settle":
        desk.settle()
        return
    with desk.changing() as change:
        change.note("test", "test:act")
        if name == "take":
            lines = tuple(numbered(stated(desk, one) for one in given))
            importing.take(change, Read("csv", bytes(32), lines))
            return
        place: int
        wishes: list[Wish]
        place, wishes = given if name == "match" else (given, [])
        rows = sorted(desk.all(BankLine), key=lambda one: bytes(one.identity))
        if not rows:
            return
        row = change.session.get(BankLine, rows[place % len(rows)].identity)
        assert row is not None
        acts: dict[str, Callable[[Change, BankLine], object]] = {
            "approve": matching.approve,
            "undo": matching.undo,
            "aside": lambda change, row: matching.set_aside(change, row, "why"),
            "match": lambda change, row: matching.match(change, row, wishes),
        }
        acts[name](change, row)


def signed(desk: Treasury, match: BankMatch) -> int:
    [row] = [one for one in desk.all(BankLine) if one.identity == match.line]
    return match.amount if row.amount > 0 else -match.amount


def broken(desk: Treasury) -> list[str]:
    """Return the laws that do not hold."""
    items = {one.reference: one for one in desk.all(BankItem)}
    lines = {one.identity: one for one in desk.all(BankLine)}
    matches = desk.all(BankMatch)
    debts = desk.all(ReturnedDebt)
    found = []
    for identity, row in lines.items():
        mine = [one for one in matches if one.line == identity]
        if row.state in {"matched", "settled"} and sum(one.amount for one in mine) != abs(row.amount):
            found.append("the parts of a line are not the line")
        if row.state in {"unmatched", "set-aside"} and mine:
            found.append("a line confirms what nobody says")
        by_rule = [one for one in mine if one.proposed_by == "rule:reference" and one.state in STANDING]
        found += [
            "a rule let another amount stand" for one in by_rule if one.amount != items[one.item].amount
        ]
    paid = Counter(
        (one.item, one.premiums + one.tax > 0, lines[one.line].amount > 0)
        for one in matches
        if one.item and one.state in STANDING
    )
    found += [f"{name} confirmed {times} times" for name, times in paid.items() if times > 1]
    done = [one for one in matches if one.state == "done"]
    settled = sum(one.premiums for one in done)
    settled -= sum(one.amount for one in done if one.item.startswith("C") and lines[one.line].amount < 0)
    if desk.chain.cash != settled:
        found.append(f"the chain holds {desk.chain.cash}, the matches say {settled}")
    if sum(one.amount for one in desk.all(TaxPayment)) != sum(one.tax for one in done):
        found.append("the taxes are not those of the matches")
    if any(one.state == "open" and items[one.item].state != "returned" for one in debts):
        found.append("a debt of what did not come back")
    return found + unexplained(desk, matches, debts)


def unexplained(desk: Treasury, matches: list[BankMatch], debts: list[ReturnedDebt]) -> list[str]:
    """Bank = chain + taxes - open debts + what is decided and not booked + what is nobody's or undecided."""
    lines = {one.identity: one for one in desk.all(BankLine)}
    bank = sum(one.amount for one in lines.values())
    waiting = sum(one.amount for one in lines.values() if one.state in {"unmatched", "proposed", "set-aside"})
    coming = sum(
        signed(desk, one)
        for one in matches
        if one.state in {"approved", "sent"} and lines[one.line].state != "proposed"
    )
    aside = sum(
        signed(desk, one) for one in matches if one.state == "done" and not one.item and not one.merchant
    )
    taxes = sum(one.amount for one in desk.all(TaxPayment))
    owed = sum(one.amount for one in debts if one.state == "open")
    rest = bank - (desk.chain.cash + taxes - owed + waiting + coming + aside)
    half = sum(halves(desk, matches))
    return (
        [] if rest == half else [f"{rest} cents are unexplained, of which {half} wait for their other line"]
    )


def halves(desk: Treasury, matches: list[BankMatch]) -> Iterator[int]:
    """Yield what one line of two tells of an item that came back: the other is not stated yet."""
    lines = {one.identity: one for one in desk.all(BankLine)}
    debts = {one.item for one in desk.all(ReturnedDebt)}
    for one in desk.all(BankItem):
        if one.state != "returned":
            continue
        mine = [
            each for each in matches if each.item == one.reference and lines[each.line].state != "proposed"
        ]
        back = [each for each in mine if (lines[each.line].amount > 0) != (one.direction == "debit")]
        if one.reference in debts:
            continue
        yield sum(signed(desk, each) for each in mine if each.state == "refused" or each in back)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, min_size=1, max_size=14))
def test_nothing_is_confirmed_twice_and_every_cent_is_explained(
    desk: Treasury, acts: list[tuple[str, object]]
) -> None:
    """Random items, lines and decisions, against the laws above; what cannot be is refused whole."""
    empty(desk)
    for name, what in acts:
        with suppress(InputError):
            act(desk, name, what)
        assert broken(desk) == []
    before = desk.all(BankMatch)
    lines = desk.all(BankLine)
    desk.settle()
    desk.settle()
    assert broken(desk) == []
    assert len(desk.all(BankLine)) == len(lines)
    assert len(desk.all(BankMatch)) == len(before)


@pytest.mark.parametrize("guard", ["check", "amount"])
def test_a_guard_taken_out_is_noticed(desk: Treasury, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    """The laws above can fail: without the checks an item is confirmed twice, a line for another amount."""
    empty(desk)
    twice = [("D2026-000000", 1, 0, day, 1, "") for day in (0, 1)]
    if guard == "check":
        monkeypatch.setattr(parts, "check", lambda *_: None)
        act(desk, "take", twice)
    else:
        plain = rules.part_of
        monkeypatch.setattr(rules, "part_of", lambda item, _amount=None: plain(item, 1_000))
        act(desk, "take", [("D2026-000000", 1, 1_000, 0, 1, "")])
    assert broken(desk) != []
