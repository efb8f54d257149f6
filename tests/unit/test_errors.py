"""Every error says what happened, the value, the limit and what to do, in both languages."""

import ast
import copy
import string
from collections.abc import Iterator

import pytest

from endogene_token import errors
from endogene_token.errors import (
    BY_CONTRACT_ERROR,
    AmountError,
    BadProofError,
    EndogeneError,
    LedgerRefusal,
    NonTransferableError,
    SequenceError,
    UnknownRefusalError,
    from_contract,
)
from endogene_token.errors.base import LONGEST_SHOWN, shown
from tests.unit.source_tree import ROOT, files

DRAWING = ROOT / "py/endogene_token/errors/tree.txt"


def tree(kind: type[EndogeneError], depth: int = 0) -> Iterator[tuple[int, str]]:
    yield depth, kind.__name__
    for child in kind.__subclasses__():
        if child.__module__.startswith("endogene_token.errors."):
            yield from tree(child, depth + 1)


def classes() -> list[type[EndogeneError]]:
    return [getattr(errors, name) for _, name in tree(EndogeneError)]


def drawn(drawing: str) -> Iterator[tuple[int, str]]:
    for line in drawing.splitlines():
        name = line.strip("│├└─ ").split("  ")[0]
        if name.isidentifier():
            yield (len(line) - len(line.lstrip("│├└─ "))) // 4, name


def places(kind: type[EndogeneError]) -> set[str]:
    text = kind.what + kind.advice
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def unnamed_places(source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each error built in `source` without a value that its sentences name."""
    known = {kind.__name__: kind for kind in classes()}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            given = {keyword.arg for keyword in node.keywords}
            missing = places(known[node.func.id]) - {name for name in given if name}
            if missing and None not in given:
                yield node.func.id, missing


def test_the_drawing_is_the_tree_of_classes() -> None:
    """Who reads the drawing has seen every error, at its place and in the order of the files."""
    assert list(drawn(DRAWING.read_text("utf-8"))) == list(tree(EndogeneError))


def test_a_line_left_out_of_the_drawing_is_noticed() -> None:
    """The comparison above can fail."""
    drawing = DRAWING.read_text("utf-8").replace("│   ├── TextError\n", "")
    assert list(drawn(drawing)) != list(tree(EndogeneError))


def test_every_class_has_sentences_and_a_code_of_its_own() -> None:
    """No two errors read the same, and a code in a file of problems names exactly one class."""
    assert all(vars(kind).get("what") and vars(kind).get("advice") for kind in classes())
    for attribute in ("code", "what"):
        values = [getattr(kind, attribute) for kind in classes()]
        assert len(set(values)) == len(values)


def test_every_sentence_ends_as_a_sentence() -> None:
    """What and advice stand side by side in one line."""
    assert [kind for kind in classes() if not (kind.what.endswith(".") and kind.advice.endswith("."))] == []


def test_every_error_raised_in_the_source_is_given_the_values_that_it_names() -> None:
    """No reader meets a hole in a message."""
    found = [miss for path in files("py", "api", suffix=".py") for miss in unnamed_places(path.read_text())]
    assert found == []


def test_an_error_built_without_a_value_that_it_names_is_noticed() -> None:
    """The check above can fail."""
    assert list(unnamed_places("raise AmountError(actual=1, limit=2)")) == [("AmountError", {"field"})]
    assert list(unnamed_places("raise AmountError(**details)")) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_an_error_shows_each_value_that_it_was_given(kind: type[EndogeneError], lang: str) -> None:
    """The actual value and the limit reach the reader in both languages."""
    values = {name: f"<{name}>" for name in sorted(places(kind))}
    text = kind(**values).render(lang)
    assert [value for value in values.values() if value not in text] == []
    assert "{" not in text


def test_as_dict_holds_the_parts_as_strings() -> None:
    """A number never leaves as a JSON number: amounts pass what other languages read exactly."""
    error = AmountError(field="amount", actual=2**64, limit=2**64 - 1)
    assert error.as_dict("fr") == {
        "code": "amount",
        "error": "AmountError",
        "what": "Le montant amount est 18446744073709551616; il doit être un nombre entier de cents, "
        "de 0 à 18446744073709551615.",
        "actual": "18446744073709551616",
        "limit": "18446744073709551615",
        "advice": "Donnez le montant en cents, sous forme d’entier ou de chaîne de chiffres.",
    }


def test_as_dict_without_a_value_holds_none() -> None:
    """An absent value is absent, not the word None."""
    parts = NonTransferableError().as_dict("en")
    assert (parts["actual"], parts["limit"]) == (None, None)


def test_str_is_the_english_line() -> None:
    """A traceback and a log say as much as the screen."""
    assert str(SequenceError(actual=4, limit=6)) == SequenceError(actual=4, limit=6).render("en")


def test_a_copied_error_says_the_same() -> None:
    """Errors pass from one process to another."""
    error = AmountError(field="amount", actual=-1, limit=5)
    assert str(copy.copy(error)) == str(error)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x01\xff", "0x01ff"),
        ("a\x1b[31m\nb", "a·[31m·b"),
        ("x" * 1000, "x" * (LONGEST_SHOWN - 1) + "…"),
        (b"\xaa" * 10**6, "0x" + "a" * (LONGEST_SHOWN - 3) + "…"),
        (16**5000, "0x1" + "0" * (LONGEST_SHOWN - 4) + "…"),
        ("1 234,90\u00a0$", "1 234,90\u00a0$"),
    ],
    ids=["bytes", "control codes", "long text", "long bytes", "huge number", "money"],
)
def test_a_value_is_shown_on_one_short_clean_line(value: object, expected: str) -> None:
    """A hostile value can neither flood nor repaint a terminal, nor make the message itself fail."""
    assert shown(value) == expected


def test_every_ledger_refusal_is_reached_from_a_contract_error() -> None:
    """A class that no contract error gives would be dead text."""
    branches = {kind.__name__ for kind in classes() if kind.__subclasses__()}
    leaves = {name for _, name in tree(LedgerRefusal)} - branches - {"UnknownRefusalError"}
    assert leaves == {kind.__name__ for kind in BY_CONTRACT_ERROR.values()}


def test_from_contract_keeps_the_arguments_named_actual_and_limit() -> None:
    """`Contract_Condition(actual, limit)` keeps its two values, whatever their order."""
    refusal = from_contract("Membership_SequenceMismatch", {"limit": 6, "actual": 4})
    assert (type(refusal), refusal.actual, refusal.limit) == (SequenceError, 4, 6)


@pytest.mark.parametrize(
    ("arguments", "actual", "limit"),
    [
        ({}, None, None),
        ({"till": 7}, 7, None),
        ({"till": 7, "sequence": 9}, 7, 9),
        ({"till": 7, "sequence": 9, "more": b"\xab"}, 7, 9),
    ],
)
def test_from_contract_keeps_every_argument(
    arguments: dict[str, object], actual: int | None, limit: int | None
) -> None:
    """No value that a contract tells is lost, however many it tells and whatever it names them."""
    refusal = from_contract("CommunityFund_BadProof", arguments)
    assert (type(refusal), refusal.actual, refusal.limit) == (BadProofError, actual, limit)
    assert arguments.items() <= refusal.params.items()


def test_from_contract_of_an_unknown_name_shows_the_name_and_its_arguments() -> None:
    """A newer contract is never met with silence."""
    refusal = from_contract("Later_Thing", {"one": 1, "two": b"\x02"})
    assert type(refusal) is UnknownRefusalError
    assert "Later_Thing(1, 0x02)" in refusal.render("fr")
