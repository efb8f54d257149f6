"""Return codes of both continents become one small set of reasons, told in two languages."""

import pytest

from endogene_token.treasury.bankfiles.returns import ReturnReason, canadian_reason, sepa_reason

CANADA = [*(str(code) for code in range(900, 923) if code not in {906, 913}), "990"]
SEPA = [
    *("AC01", "AC03", "AC04", "AC06", "AC13", "AG01", "AG02", "AM04", "AM05", "BE01"),
    *("BE04", "BE05", "CNOR", "CURR", "DNOR", "DT01", "ED05", "FF01", "FF05", "MD01"),
    *("MD02", "MD06", "MD07", "MS02", "RC01", "RR01", "RR02", "RR03", "RR04", "SL01"),
]


@pytest.mark.parametrize("code", CANADA)
def test_every_canadian_code_has_its_reason(code: str) -> None:
    """No return of Standard 007 goes to the treasurer without words."""
    assert canadian_reason(code) is not ReturnReason.UNKNOWN


@pytest.mark.parametrize("code", SEPA)
def test_every_sepa_code_has_its_reason(code: str) -> None:
    """No return of the schemes goes to the treasurer without words."""
    assert sepa_reason(code) is not ReturnReason.UNKNOWN


@pytest.mark.parametrize("code", ["906", "913", "", "MS03", "9010", "９０１", "am04"])
def test_a_code_not_given_out_is_unknown_and_no_error(code: str) -> None:
    """A bank may use any: the return is a debt all the same. MS03 says "reason not specified"."""
    assert canadian_reason(code) is sepa_reason(code) is ReturnReason.UNKNOWN


def test_each_reason_is_reached_and_told_in_both_languages() -> None:
    """The set holds no reason that no bank gives."""
    reached = {canadian_reason(code) for code in CANADA} | {sepa_reason(code) for code in SEPA}
    assert reached | {ReturnReason.UNKNOWN} == set(ReturnReason)
    for lang in ("fr", "en"):
        told = {reason.sentence(lang) for reason in ReturnReason}
        assert len(told) == len(ReturnReason)
    assert all(reason.sentence("fr") != reason.sentence("en") for reason in ReturnReason)


def test_the_same_cause_is_the_same_reason_on_both_continents() -> None:
    """Who collects in Québec and in France learns one list."""
    pairs = [
        ("901", "AM04"),
        ("902", "AC01"),
        ("905", "AC04"),
        ("910", "MD07"),
        ("911", "AC06"),
        ("915", "MD01"),
    ]
    assert [canadian_reason(ours) for ours, _ in pairs] == [sepa_reason(theirs) for _, theirs in pairs]


def test_only_missing_money_is_presented_again_and_an_ended_mandate_never() -> None:
    """A second debit after a refusal would be one without consent."""
    again = {reason for reason in ReturnReason if reason.may_present_again}
    assert again == {ReturnReason.INSUFFICIENT_FUNDS, ReturnReason.FUNDS_NOT_CLEARED}
    ended = {reason for reason in ReturnReason if reason.ends_mandate}
    assert ended & again == set()
    assert {ReturnReason.MANDATE_REVOKED, ReturnReason.NO_MANDATE, ReturnReason.DECEASED} <= ended
