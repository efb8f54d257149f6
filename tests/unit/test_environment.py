"""The tests ask the same of every machine, whatever its person has set."""

import re

from tests.environment import KEPT, PREFIX, make_plain
from tests.unit.source_tree import files

ASKED = re.compile(rf'(?:os\.environ\.get\(|: Final = |REWRITE = |UPDATE = )"({PREFIX}[A-Z_]+)"')


def test_no_setting_of_the_product_reaches_a_test() -> None:
    """Neither its language nor where its data is; what the targets of the Makefile say does."""
    found = {
        "PATH": "/bin",
        "LANG": "en_CA.UTF-8",
        "ENDOGENE_LANG": "en",
        "ENDOGENE_TIMEZONE": "UTC",
        "ENDOGENE_FAULTS": "all",
    }
    make_plain(found)
    assert found == {"PATH": "/bin", "LANG": "C.UTF-8", "ENDOGENE_FAULTS": "all"}


def test_what_a_test_reads_of_its_environment_is_kept() -> None:
    """A count that a target gives would else be dropped, and nobody would see it."""
    asked = {name for path in files("tests", suffix=".py") for name in ASKED.findall(path.read_text("utf-8"))}
    assert "ENDOGENE_MODEL_RUNS" in asked
    assert asked <= KEPT
