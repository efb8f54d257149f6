"""Who is warned, reminded, proposed for suspension: not before the days, and before the limit blocks."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from endogene_token.treasury.dunning.rules import (
    LAST_LEVEL,
    Arrears,
    Claim,
    Rules,
    arrears,
    is_near,
    level,
)

RULES = Rules(8_000, (5, 15, 30))
FIRST = date(2026, 3, 15)
AMOUNT = st.integers(0, 10**9)
RISING = st.tuples(st.integers(0, 60), st.integers(1, 60), st.integers(1, 60)).map(
    lambda steps: (steps[0], steps[0] + steps[1], sum(steps))
)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


@given(RISING, st.integers(1, 10**9), st.lists(st.integers(0, 400), min_size=1))
def test_no_level_comes_before_its_days(days: tuple[int, int, int], due: int, looks: list[int]) -> None:
    """On any sequence of days, each level at its very day; the last one means a suspension is proposed."""
    rules = Rules(8_000, days)
    for look in looks:
        late = arrears([Claim(FIRST, due, 0)], [], due, on(look))
        reached = level(late, rules, on(look))
        assert reached == (sum(look >= one for one in days) if look > 0 else 0)
        assert (reached == LAST_LEVEL) == (look >= max(days[2], 1))


@given(st.lists(st.tuples(st.integers(0, 60), AMOUNT, AMOUNT), max_size=6), AMOUNT, st.integers(0, 90))
def test_what_is_late_is_never_more_than_is_owed_nor_than_was_asked_for(
    told: list[tuple[int, int, int]], owed: int, look: int
) -> None:
    """And a claim that is paid, or not yet due, makes nobody late."""
    claims = [Claim(on(day), due, paid) for day, due, paid in told]
    late = arrears(claims, [], owed, on(look))
    open_ = [one for one in claims if one.due_on < on(look) and one.due > one.paid]
    assert late.amount == min(max((one.due - one.paid for one in open_), default=0), owed)
    if late.amount:
        assert late.since == min(one.due_on for one in open_)
    else:
        assert late == Arrears()


@given(st.integers(1, 10**9), st.integers(0, 400), st.integers(0, 10**9))
def test_who_has_paid_the_oldest_claim_is_late_from_the_next_one_only(due: int, look: int, more: int) -> None:
    """A statement holds what the ones before left: a payment of all that it asked for ends the old delay."""
    claims = [Claim(on(0), due, due), Claim(on(30), due + more, due)]
    late = arrears(claims, [], due + more, on(look))
    assert late.since in {None, on(30)}
    assert level(late, RULES, on(look)) < LAST_LEVEL or look >= 60


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 60))
def test_a_debit_that_came_back_is_late_beside_what_the_chain_is_owed(back: int, due: int, look: int) -> None:
    """Since the day on which it came back."""
    late = arrears([Claim(on(20), due, 0)], [(on(0), back)], due, on(look))
    assert late.amount == (back if look > 0 else 0) + (due if look > 20 else 0)
    assert late.since == (on(0) if look > 0 else None)


@given(st.integers(1, 10**12), st.integers(1, 10_000), st.lists(st.integers(1, 10**6), max_size=60))
def test_who_is_blocked_at_the_limit_was_warned_before(limit: int, bps: int, sales: list[int]) -> None:
    """Where nobody adds more between two looks than the warning leaves, no sale is refused first."""
    rules, owed, warned = Rules(bps, (5, 15, 30)), 0, False
    left = limit - -(-limit * bps // 10_000)
    for premium in sales:
        assume(premium <= left)
        if owed + premium > limit:  # what the contract refuses
            assert warned
            return
        owed += premium
        warned = warned or is_near(owed, limit, rules)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 10_000))
def test_the_warning_is_due_at_its_part_of_the_limit_exactly(owed: int, limit: int, bps: int) -> None:
    """Never past the limit itself, however little it is; who owes nothing is not warned."""
    rules = Rules(bps, (5, 15, 30))
    threshold = max(-(-limit * bps // 10_000), 1)
    assert is_near(owed, limit, rules) == (owed >= threshold)
    assert limit == 0 or threshold <= limit


def test_the_comparison_of_days_can_fail() -> None:
    """A level one day too early is noticed by the first test: here is the day before, and the day."""
    late = Arrears(1, FIRST)
    assert [level(late, RULES, on(day)) for day in (4, 5, 14, 15, 29, 30)] == [0, 1, 1, 2, 2, 3]
