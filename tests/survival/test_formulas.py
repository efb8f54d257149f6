"""No file that we write computes anything where it is opened, at whichever separator it is cut there."""

import ast
import csv
import io
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.pages.explorer.data import as_csv
from api.pages.explorer.tables import Table
from endogene_token.errors import AmountTextError, InputError
from endogene_token.imports.outcome import RefusedLine, write_refused
from endogene_token.sales.deliveries import Refused
from endogene_token.sales.report import errors_csv
from endogene_token.till.inbox import REFUSED, Inbox
from endogene_token.till.lines import Line
from endogene_token.treasury.statements.render import to_csv
from tests.unit.statement_sample import statement

EXAMPLES = int(os.environ.get("ENDOGENE_FORMULAS", "60"))
SEPARATORS = (",", ";", "\t", "|")
SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"-?[0-9][0-9 \u00a0\u202f.,]*")
PAYLOAD = "cmd|' /C calc'!A0"
WRITERS = {
    "api/pages/explorer/data.py",
    "endogene_token/imports/outcome.py",
    "endogene_token/sales/report.py",
    "endogene_token/till/inbox.py",
    "endogene_token/treasury/statements/render.py",
}
"""The files that write CSV; each has its writer below."""

signs = st.sampled_from(
    [*SIGNS, *(f"{sep}{sign}" for sep in SEPARATORS for sign in SIGNS), '"=', ';"=', "\n=", "\r@"]
)
texts = st.tuples(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
    signs,
    st.sampled_from(["1+1", PAYLOAD, "HYPERLINK(1)", ""]),
).map("".join)


def sheet_of_errors(text: str) -> str:
    return errors_csv([Refused(2, text, AmountTextError(line=2, actual=text, limit=text))], "fr")


def sheet_of_the_inbox(text: str) -> str:
    with tempfile.TemporaryDirectory() as name:
        error: InputError = AmountTextError(line=2, actual=text, limit=text)
        reader = SimpleNamespace(path=Path(name) / "sales.csv", mark=lambda: "1")
        Inbox(Path(name), cast(Any, None))._report(  # the file that it writes
            cast(Any, SimpleNamespace(bad={2: (Line(2, text, error), error)}, reader=reader))
        )
        [found] = (Path(name) / REFUSED).iterdir()
        return found.read_text("utf-8-sig")


def sheet_of_an_import(text: str) -> str:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "refused.csv"
        write_refused(path, [RefusedLine(2, text, text, text, text, text)])
        return path.read_bytes().decode()


def sheet_of_a_statement(text: str) -> str:
    taxes = statement().taxes
    lines = tuple(one.model_copy(update={"name_fr": text, "registration": text}) for one in taxes.lines)
    return to_csv(statement(taxes=taxes.model_copy(update={"lines": lines})), "fr").decode("utf-8-sig")


def sheet_of_the_public(text: str) -> str:
    table = Table("projects", "", "", ("number", "title"), lambda *_: iter(()))
    return as_csv(table, [{"number": 1, "title": text}]).decode()


SHEETS = (sheet_of_the_public, sheet_of_errors, sheet_of_the_inbox, sheet_of_an_import, sheet_of_a_statement)


def formulas(sheet: str) -> list[str]:
    """Return the cells of a file that some spreadsheet would compute."""
    found = []
    for separator in SEPARATORS:
        for row in csv.reader(io.StringIO(sheet, newline=""), delimiter=separator):
            for cell in row:
                bare = cell.lstrip(' "\t\r\n\u200b\ufeff')
                if bare.startswith(SIGNS) and not NUMBER.fullmatch(bare):
                    found.append(cell)
    return found


@pytest.mark.parametrize("write", SHEETS)
def test_whatever_is_in_it_no_cell_computes(write: Callable[[str], str]) -> None:
    """Cut at commas, semicolons, tabs and bars, as the settings of each country would have it."""

    @settings(max_examples=EXAMPLES, database=None)
    @given(texts)
    def tried(text: str) -> None:
        assert formulas(write(text)) == []

    tried()


@pytest.mark.parametrize("write", SHEETS)
@pytest.mark.parametrize("text", [f"={PAYLOAD}", f"A-1;={PAYLOAD},@{PAYLOAD}"])
def test_without_the_apostrophes_it_would(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[str], str], text: str
) -> None:
    """The guard above can fail, for each writer and each place."""
    for one in WRITERS:
        monkeypatch.setattr(f"{one.removesuffix('.py').replace('/', '.')}.inert", lambda cell: cell)
    assert formulas(write(text)) != []


def test_each_file_that_writes_csv_is_among_them() -> None:
    """A new writer is found, and must be added here."""
    root = Path(__file__).parents[2]
    found = {
        str(path.relative_to(root / "py") if path.is_relative_to(root / "py") else path.relative_to(root))
        for folder in ("py", "api")
        for path in (root / folder).rglob("*.py")
        if _writes_csv(ast.parse(path.read_text("utf-8")))
    }
    assert found == WRITERS


def _writes_csv(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "csv"
        and node.attr in {"writer", "DictWriter"}
        for node in ast.walk(tree)
    )
