"""The page of files of sales is run: its file is taken once, by command or by call, and recorded."""

import json
import re
import shutil

import pytest

from endogene_token.sales.csv_upload import MAX_BYTES, MAX_ROWS, REQUIRED, Columns, preview
from tests.docs.shop import ALICE, CSV_SHOP, Shell, blocks, page, yesterday

PAGE = page("csv.md")
MARK = "run by tests/docs/test_csv.py"
FILE = "read by tests/docs/test_csv.py: sales.csv"
pytestmark = pytest.mark.xdist_group("pages of hosted sales")


def snippet(part: str) -> str:
    [text] = blocks(PAGE, f"{MARK}: {part}")
    return text


def file() -> str:
    [text] = blocks(PAGE, FILE)
    return text.replace("2026-11-20", yesterday())


@pytest.fixture(scope="module")
def shop(shell: Shell) -> Shell:
    """The shell, after the page's setup."""
    shell.types(snippet("setup"))
    shell.write("sales.csv", file())
    return shell


def test_the_page_s_file_is_tried_taken_and_taken_again_and_reaches_the_ledger(shop: Shell) -> None:
    """45.99 of a member less 5.99, 12.50 of nobody, at 2.8 %: the premiums of the ledger itself."""
    written = shop.types(snippet("command"))
    told = re.findall(r"4 lines: (\d) new, (\d) kept before, (\d) refused", written)
    assert told == [("3", "0", "1"), ("3", "0", "1"), ("0", "3", "1")]
    assert "A-2003,amount-text" in (shop.folder / "refused.csv").read_text("utf-8")
    found = [(one.receipt, one.amount, one.member, one.state) for one in shop.recorded(CSV_SHOP)]
    assert found == [
        ("A-2001", 4_599, ALICE, "recorded"),
        ("A-2002", 1_250, 0, "recorded"),
        ("R-2001", 599, ALICE, "recorded"),
    ]
    assert shop.owed(CSV_SHOP) == 129 - 17 + 35


def test_the_page_s_calls_tell_the_same_and_add_nothing(shop: Shell) -> None:
    """With curl, as a person tries them first."""
    if shutil.which("curl") is None or shutil.which("jq") is None:
        pytest.skip("NOT TESTED WITH CURL AND JQ: one of them is not installed here")
    before = len(shop.sales(CSV_SHOP))
    script = snippet("calls").replace("sales.csv", "calls.csv")
    shop.write("calls.csv", file().replace("A-", "B-").replace("R-", "S-"))
    answers = re.sub(r"}{", "}\n{", shop.types(script)).splitlines()
    seen, tried, first, again, listed = (json.loads(one) for one in answers)
    assert (seen["rows"], seen["columns"]["refund_of"]) == (4, "Facture remboursée")
    assert [(one["added"], one["again"], one["refused"]) for one in (tried, first, again)] == [
        (3, 0, 1),
        (3, 0, 1),
        (0, 3, 1),
    ]
    assert {one["status"] for one in listed["items"]} <= {"recorded"}
    assert (shop.folder / "refused.csv").read_text("utf-8").splitlines()[1].startswith("4,B-2003,amount-text")
    assert len(shop.recorded(CSV_SHOP)) == before + 3


def test_columns_with_other_names_are_said_once(shop: Shell) -> None:
    """The page's command, then a file of the same software without a word."""
    shop.write("other.csv", f"Ticket,Quand,Somme\nT-1,{yesterday()},2.50\n")
    assert "1 lines: 1 new" in shop.types(snippet("columns"))
    shop.write("other.csv", f"Ticket,Quand,Somme\nT-2,{yesterday()},3.50\n")
    assert "1 lines: 1 new" in shop.types("endogene sales import other.csv --merchant 4")


def test_the_table_tells_every_field_and_each_name_in_it_is_known() -> None:
    """None of the fields is missing, and a file with the names that the page gives needs no word."""
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `")][:6]
    told = [set(re.findall(r"`(\w+)`", row[0])) for row in rows]
    fields = set(Columns.__struct_fields__) - {"cents", "dates", "delimiter", "encoding"}
    assert set().union(*told) == fields > set(REQUIRED)
    for own, row in zip(told, rows, strict=True):
        for name in (one.strip(" …") for one in row[2].split(",")):
            columns = preview(f"{name},x\n1,2\n".encode(), Columns()).columns
            assert {one for one in fields if getattr(columns, one) == name} & own, name
    assert (MAX_BYTES, MAX_ROWS) == (4 << 20, 20_000)
    assert "4 MiB and 20,000 lines" in PAGE
