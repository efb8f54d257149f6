"""Why an item or a ballot was refused, told in words."""

import re

import pytest

from endogene_token.reasons import BallotRefusal, RefusalReason
from tests.unit.source_tree import ROOT

ENUMS = [
    (RefusalReason, "types/RefusalReason.sol"),
    (BallotRefusal, "interfaces/IAssembly.sol"),
]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("kind", [RefusalReason, BallotRefusal])
def test_each_reason_has_a_sentence_of_its_own(
    kind: type[RefusalReason] | type[BallotRefusal], lang: str
) -> None:
    """No two reasons read the same, in either language."""
    assert len({reason.sentence(lang) for reason in kind}) == len(kind)


def test_a_reason_is_named_in_kebab_case_for_machines() -> None:
    """JSON and files of refused lines name a reason as errors are named."""
    assert RefusalReason.OVER_TILL_CAP.code == "over-till-cap"
    assert BallotRefusal.NOT_ON_ROLL.code == "not-on-roll"


@pytest.mark.parametrize(("kind", "file"), ENUMS)
def test_the_reasons_are_those_of_the_contracts_in_their_order(
    kind: type[RefusalReason] | type[BallotRefusal], file: str
) -> None:
    """The number of a reason on chain means the same here."""
    source = (ROOT / "contracts" / file).read_text(encoding="utf-8")
    [names] = re.findall(rf"enum {kind.__name__} \{{(.*?)\}}", source, re.DOTALL)
    assert [reason.name.title().replace("_", "") for reason in kind] == names.replace(",", " ").split()
