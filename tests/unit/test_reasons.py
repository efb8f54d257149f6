"""Why an item was refused, told in words."""

import pytest

from endogene_token.reasons import RefusalReason
from tests.unit.source_tree import ROOT


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_reason_has_a_sentence_of_its_own(lang: str) -> None:
    """No two reasons read the same, in either language."""
    assert len({reason.sentence(lang) for reason in RefusalReason}) == len(RefusalReason)


def test_a_reason_is_named_in_kebab_case_for_machines() -> None:
    """JSON and files of refused lines name a reason as errors are named."""
    assert RefusalReason.OVER_TILL_CAP.code == "over-till-cap"


def test_the_reasons_are_those_of_the_contracts_in_their_order() -> None:
    """The number of a reason on chain means the same here."""
    source = (ROOT / "contracts" / "types" / "RefusalReason.sol").read_text(encoding="utf-8")
    names = source[source.index("{") + 1 : source.index("}")].replace(",", " ").split()
    assert [reason.name.title().replace("_", "") for reason in RefusalReason] == names
