"""Why an item was refused, told in words."""

import pytest

from endogene_token.reasons import RefusalReason

ORDER = (
    "None ZeroAmount OverTillCap FutureDay TooOld UnknownMember MemberNotValid NothingToReverse MoreThanLeft "
    "WindowClosed InsufficientCredits WrongProof"
)


def test_the_numbers_are_those_of_the_contracts_enum() -> None:
    """The ledger's events carry the number only."""
    names = [reason.name.title().replace("_", "") for reason in RefusalReason]
    assert names == ORDER.split()
    assert [int(reason) for reason in RefusalReason] == list(range(len(names)))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_reason_has_a_sentence_of_its_own(lang: str) -> None:
    """No two reasons read the same, in either language."""
    assert len({reason.sentence(lang) for reason in RefusalReason}) == len(RefusalReason)


def test_a_reason_is_named_in_kebab_case_for_machines() -> None:
    """JSON and files of refused lines name a reason as errors are named."""
    assert RefusalReason.OVER_TILL_CAP.code == "over-till-cap"
