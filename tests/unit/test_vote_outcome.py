"""What ballots decide: by heads, by exact college weights, by quorum, and when."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.ballots import Choice
from endogene_token.bylaws import Body, Majority, State, Unopened
from endogene_token.outcome import (
    BPS,
    CATEGORIES,
    LANES,
    SEALED,
    Colleges,
    Tally,
    Terms,
    Vote,
    is_carried,
    participation,
    quorum,
    state_at,
)

HEADS: Colleges = (0, 0, 0)
SCIC: Colleges = (4_000, 4_000, 2_000)
FOR, AGAINST, ABSTAIN = Choice
LARGEST = 2**21 - 1  # what a lane holds
TERMS = Terms(
    body=Body.GENERAL_ASSEMBLY,
    majority=Majority.SIMPLE,
    unopened=Unopened.NOT_CAST,
    is_sealed=False,
    quorum_bps=500,
    contest=600,
    validity=9_000,
    late_window=100,
    opening=200,
    college_bps=HEADS,
)


def counted(*colleges: tuple[int, int], abstain: int = 0) -> Tally:
    """Return the tally of the ballots for and against of each category."""
    counts: dict[tuple[int, int], int] = {(0, ABSTAIN): abstain}
    for category, (in_favour, against) in enumerate(colleges):
        counts |= {(category, FOR): in_favour, (category, AGAINST): against}
    return Tally.of(counts)


def tallies(most: int = LARGEST) -> st.SearchStrategy[Tally]:
    some = st.one_of(st.integers(0, 3), st.integers(0, most))
    return st.fixed_dictionaries(dict.fromkeys(LANES, some)).map(Tally.of)


def weights() -> st.SearchStrategy[Colleges]:
    """Return weights as the law of the SCIC admits them: each 10 to 50 %, and all of it."""

    def third(pair: tuple[int, int]) -> Colleges:
        return (*pair, BPS - sum(pair))

    pairs = st.tuples(st.integers(1_000, 5_000), st.integers(1_000, 5_000))
    return pairs.map(third).filter(lambda found: 1_000 <= found[2] <= 5_000)


def share(terms: Terms, tally: Tally, choice: Choice) -> Fraction:
    """Return the part of the colleges' weight that speaks for a choice, as the law says it."""
    total = Fraction(0)
    for category in range(CATEGORIES):
        cast = tally.count(category, FOR) + tally.count(category, AGAINST)
        if cast:
            weight = Fraction(terms.college_bps[category], BPS)
            total += weight * Fraction(tally.count(category, choice), cast)
    return total


@given(tallies(), weights(), st.sampled_from(Majority))
def test_college_votes_decide_as_exact_fractions_do(
    tally: Tally, college_bps: Colleges, majority: Majority
) -> None:
    """No share is rounded, however many vote."""
    terms = replace(TERMS, majority=majority, college_bps=college_bps)
    in_favour, against = share(terms, tally, FOR), share(terms, tally, AGAINST)
    carried = in_favour > against if majority is Majority.SIMPLE else in_favour >= 2 * against
    assert is_carried(terms, tally) == (carried and in_favour > 0)


@given(tallies(), st.sampled_from(Majority), st.sampled_from([SCIC, HEADS]))
def test_the_board_counts_heads_whatever_the_colleges_weigh(
    tally: Tally, majority: Majority, college_bps: Colleges
) -> None:
    """One director, one vote."""
    in_favour, against = tally.sum(FOR), tally.sum(AGAINST)
    enough = against + 1 if majority is Majority.SIMPLE else max(2 * against, 1)
    terms = replace(TERMS, body=Body.BOARD, majority=majority, college_bps=college_bps)
    assert is_carried(terms, tally) == (in_favour >= enough)


@pytest.mark.parametrize(
    ("votes", "majority", "carried"),
    [
        ((3, 3), Majority.SIMPLE, False),
        ((4, 3), Majority.SIMPLE, True),
        ((0, 0), Majority.SIMPLE, False),
        ((0, 0), Majority.TWO_THIRDS, False),
        ((1, 0), Majority.TWO_THIRDS, True),
        ((6, 3), Majority.TWO_THIRDS, True),
        ((5, 3), Majority.TWO_THIRDS, False),
    ],
)
def test_heads_carry_by_the_majority_asked_for(
    votes: tuple[int, int], majority: Majority, carried: bool
) -> None:
    """A tie carries nothing, nor does a vote in which all abstain."""
    assert is_carried(replace(TERMS, majority=majority), counted(votes, abstain=9)) is carried


def test_a_college_in_which_nobody_decides_gives_its_weight_to_nobody() -> None:
    """40 % for, 20 % against; the workers abstained."""
    terms = replace(TERMS, college_bps=SCIC)
    assert is_carried(terms, counted((1, 0), (0, 0), (0, 999)))
    assert not is_carried(terms, counted((1, 0), (0, 1), (0, 0)))  # 40 to 40


def test_a_large_college_does_not_outvote_two_small_ones() -> None:
    """A thousand users against; one worker and one supporting member for."""
    assert is_carried(replace(TERMS, college_bps=SCIC), counted((0, 1_000), (1, 0), (1, 0)))


@given(st.integers(0, BPS), st.tuples(*[st.integers(0, LARGEST)] * 3), st.integers(0, 3 * LARGEST))
def test_the_quorum_is_the_least_number_that_the_contract_takes(
    quorum_bps: int, roll: tuple[int, int, int], ballots: int
) -> None:
    """``ballots * 10,000 >= quorum * roll``, as the contract says it."""
    needed = quorum(replace(TERMS, quorum_bps=quorum_bps), roll)
    assert (ballots >= needed) == (ballots * BPS >= quorum_bps * sum(roll))


def test_a_sealed_ballot_that_nobody_opened_counts_for_the_quorum_where_the_charter_says_so() -> None:
    """Never for or against."""
    tally = Tally.of({(0, SEALED): 4, (1, FOR): 2, (2, ABSTAIN): 1})
    assert participation(TERMS, tally) == 3
    assert participation(replace(TERMS, unopened=Unopened.ABSTENTION), tally) == 7


@given(st.fixed_dictionaries(dict.fromkeys(LANES, st.integers(0, LARGEST))))
def test_a_tally_keeps_every_count_apart(counts: dict[tuple[int, int], int]) -> None:
    """Twelve lanes of one word."""
    tally = Tally.of(counts)
    assert {lane: tally.count(*lane) for lane in LANES} == counts
    assert tally.turnout == sum(counts.values())
    assert 0 <= tally.word < 2**252


CARRIED = Vote(TERMS, opens_at=100, closes_at=1_000, roll_sizes=(60, 30, 10), tally=counted((5, 4)))
SEALED_VOTE = replace(CARRIED, terms=replace(TERMS, is_sealed=True))


@pytest.mark.parametrize(
    ("vote", "instant", "state"),
    [
        (replace(CARRIED, opens_at=0, closes_at=0), 10**9, State.DRAFT),
        (CARRIED, 99, State.NOTICED),
        (CARRIED, 100, State.OPEN),
        (CARRIED, 999, State.OPEN),
        (CARRIED, 1_000, State.CONTESTABLE),
        (CARRIED, 1_599, State.CONTESTABLE),
        (CARRIED, 1_600, State.FINAL),
        (CARRIED, 10_599, State.FINAL),
        (CARRIED, 10_600, State.EXPIRED),
        (SEALED_VOTE, 1_000, State.CLOSED),
        (SEALED_VOTE, 1_199, State.CLOSED),
        (SEALED_VOTE, 1_200, State.CONTESTABLE),
        (SEALED_VOTE, 1_800, State.FINAL),
        (replace(CARRIED, tally=counted((4, 5))), 1_000, State.DEFEATED),
        (replace(CARRIED, tally=counted((4, 0))), 1_000, State.NO_QUORUM),
        (replace(CARRIED, tally=counted((5, 0))), 1_000, State.CONTESTABLE),
        (replace(CARRIED, is_annulled=True), 10**9, State.ANNULLED),
        (replace(CARRIED, is_executed=True), 10**9, State.EXECUTED),
    ],
)
def test_a_resolution_stands_where_its_dates_and_ballots_put_it(
    vote: Vote, instant: int, state: State
) -> None:
    """To the second, as Register.stateOf."""
    assert state_at(vote, instant) is state


def test_what_is_left_to_a_voter_is_told_in_advance() -> None:
    """When it counts, when it is final, until when it may be executed."""
    assert (CARRIED.counted_at, CARRIED.final_at, CARRIED.executable_until) == (1_000, 1_600, 10_600)
    assert (SEALED_VOTE.counted_at, SEALED_VOTE.final_at) == (1_200, 1_800)
