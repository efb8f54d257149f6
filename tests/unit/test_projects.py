"""The papers of projects hold what the contracts' fields hold, and no more."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.bounds import MAX_UINT256
from endogene_token.errors import AddressError, EndogeneError, LengthError, RangeError
from endogene_token.member_acts import (
    CONTENTS,
    Act,
    ActDomain,
    AttestingFact,
    Claiming,
    Mentoring,
    Pledging,
    digest,
)
from endogene_token.projects import (
    NO_LOAN,
    CallTerms,
    Claim,
    CoFinancing,
    Criterion,
    Instrument,
    Line,
    Loan,
    OrganisationKind,
    Partner,
    Plan,
    Record,
    Spending,
    Tranche,
    bits_of,
    criteria,
)

HASH = bytes(range(32))
TRANCHES, LINES = (Tranche(3, 1, HASH),), (Line(3, 6),)
RECORDS: list[Record] = [
    CallTerms(1, 2, 3, 4, 5, 6, 7, 8, HASH),
    Partner(OrganisationKind.COOPERATIVE, 1, False, HASH, HASH),
    *(TRANCHES[0], LINES[0], Loan(1, 2, 3), Claim(1, 2, 3, 4, 5, HASH), Spending(1, 2, 3, 4, HASH)),
    CoFinancing(1, 2, 3, HASH, HASH, HASH),
    Plan(Instrument.GRANT, 1, 2, 3, 4, 5, NO_LOAN, TRANCHES, LINES),
    *(AttestingFact(Criterion.ISSUE, 1, HASH), Claiming(0, HASH), Pledging(1, HASH, HASH)),
]
DOMAIN = ActDomain(31_337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")


def wrong(record: Any) -> Iterator[tuple[str, Any, type[EndogeneError]]]:
    """Yield each field with values that its width does not hold."""
    for name, limit in record.LIMITS.items():
        yield from ((name, value, RangeError) for value in (-1, limit + 1))
    for one in fields(record):
        if isinstance(getattr(record, one.name), bytes):
            yield from ((one.name, value, LengthError) for value in (b"", HASH[1:], HASH + b"\0"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: type(one).__name__)
def test_a_value_past_the_width_of_its_field_is_refused(record: Any) -> None:
    """What would be cut, or refused by the chain with no word, is named here."""
    for name, limit in record.LIMITS.items():
        kind = type(getattr(record, name))
        assert getattr(replace(record, **{name: kind(limit)}), name) == limit
    for name, value, error in wrong(record):
        with pytest.raises(error) as caught:
            replace(record, **{name: value})
        assert caught.value.params["field"] == name


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: type(one).__name__)
def test_every_number_of_a_record_has_its_width(record: Any) -> None:
    """A field added to a record is checked, too."""
    numbers = {name for name, value in record.items() if type(value) not in {bytes, bool, tuple, Loan}}
    assert numbers == set(record.LIMITS)


@pytest.mark.parametrize("field", ["member", "subject", "nonce"])
def test_an_act_out_of_range_is_refused(field: str) -> None:
    """The numbers that stand beside the content are checked as it is."""
    act: Any = Act(1, 2, Mentoring(), MAX_UINT256)
    for value in (-1, MAX_UINT256 + 1):
        with pytest.raises(RangeError):
            replace(act, **{field: value})


@pytest.mark.parametrize("change", [{"chain_id": 0}, {"desk": "0x12"}])
def test_a_domain_that_is_none_is_refused(change: dict[str, Any]) -> None:
    """A signature is for one chain and one contract."""
    with pytest.raises((RangeError, AddressError)):
        replace(DOMAIN, **change)


def test_each_action_has_one_content() -> None:
    """No two kinds of content are signed under one name."""
    names = [kind.ACTION for kind in CONTENTS]
    assert len(names) == len(set(names))
    assert "" not in names


def test_a_digest_is_of_32_bytes_whatever_the_content() -> None:
    """An act without arguments signs the hash of nothing, as the contract does."""
    assert len(digest(Act(1, 2, Mentoring(), 0), DOMAIN)) == 32


@given(st.frozensets(st.sampled_from(Criterion)))
def test_criteria_go_into_a_word_and_come_back(some: frozenset[Criterion]) -> None:
    """One bit each; a bit that names no criterion is left out."""
    assert criteria(bits_of(some)) == some
    assert criteria(bits_of(some) | 1 << 15) == some


def test_what_follows_from_the_dossier_is_stated_by_nobody() -> None:
    """Partners, money sought and the mentor's own word tell three of the criteria."""
    assert {one for one in Criterion if one.is_derived} == {
        *(Criterion.GROUPING, Criterion.LEVERAGE, Criterion.MENTOR)
    }
