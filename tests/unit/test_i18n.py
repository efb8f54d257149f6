"""French and English, wherever a person reads."""

import string
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from endogene_token.i18n import known_language, language, tr
from tests.unit.source_tree import ROOT, files, python_sentences, template_sentences

CATALOG = ROOT / "py/endogene_token/locale/fr.po"


def sentences() -> Iterator[str]:
    for path in files("py", "api", suffix=".py"):
        yield from python_sentences(path.read_text())
    for path in files("api", "py", suffix=".html"):
        yield from template_sentences(path.read_text())


def translated() -> dict[str, str]:
    with CATALOG.open("rb") as source:
        return {str(entry.id): str(entry.string) for entry in read_po(source) if entry.id}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_sentence_in_the_source_has_its_french_one() -> None:
    """Nobody reads English by accident: what is written for people is in the catalog."""
    french = translated()
    missing = sorted({sentence for sentence in sentences() if not french.get(sentence)})
    assert missing == []


def test_the_catalog_holds_no_sentence_that_the_source_lost() -> None:
    """The catalog keeps no dead text: an entry left behind hides that its sentence changed."""
    assert sorted(set(translated()) - set(sentences())) == []


def test_a_translation_names_the_same_places_as_its_sentence() -> None:
    """A value never vanishes from the French text, and none is left unfilled there."""
    wrong = [english for english, french in translated().items() if places(english) != places(french)]
    assert wrong == []


def test_no_translation_is_marked_fuzzy_or_typed_with_a_plain_space_before_a_colon() -> None:
    """Québec typography: a no-break space before a colon and a percent sign, none before a semicolon."""
    with CATALOG.open("rb") as source:
        catalog = [entry for entry in read_po(source) if entry.id]
    assert [entry.id for entry in catalog if entry.fuzzy] == []
    text = "\n".join(str(entry.string) for entry in catalog)
    assert [pair for pair in (" :", " %", " ;", "\u00a0;", "\u202f;", " ?", " !", "'") if pair in text] == []


def test_a_sentence_planted_in_the_source_is_found() -> None:
    """The search that the tests above rest on sees every form in which a sentence is written."""
    code = (
        'tr("a", lang)\ni18n.tr("b" " c", "fr")\nmark("d")\nclass E:\n    what = "e"\n    advice: str = "f"'
    )
    assert sorted(python_sentences(code)) == ["a", "b c", "d", "e", "f"]
    page = '<p title="{{ tr("g") }}">{% if x %}{{ tr("h", n=1) | upper }}{% endif %}</p>'
    assert sorted(template_sentences(page)) == ["g", "h"]


def test_tr_gives_the_french_text_with_its_places_filled() -> None:
    """The catalog is read and used."""
    msgid = "The port {actual} is taken by another program."
    assert tr(msgid, "fr", actual=8080) == "Le port 8080 est pris par un autre programme."
    assert tr(msgid, "en", actual=8080) == "The port 8080 is taken by another program."


def test_tr_of_an_untranslated_sentence_gives_the_english_one() -> None:
    """A missing translation costs the language, not the message."""
    assert tr("Not in the catalog: {x}.", "fr", x=1) == "Not in the catalog: 1."


def test_tr_leaves_an_unfilled_place_visible() -> None:
    """A message with a hole still reaches the reader."""
    assert tr("{known} and {unknown}", "en", known=1) == "1 and {unknown}"


def test_tr_does_not_fill_places_inside_a_value() -> None:
    """What a stranger wrote is shown, never read as a pattern."""
    assert tr("{actual}", "en", actual="{limit.__class__}") == "{limit.__class__}"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "fr"),
        ({"LANG": "en_CA.UTF-8"}, "en"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "de_DE"}, "fr"),
        ({"ENDOGENE_LANG": "en", "LANG": "fr_CA"}, "en"),
        ({"ENDOGENE_LANG": "", "LANG": "en"}, "en"),
    ],
)
def test_the_language_follows_our_variable_then_the_system_then_french(
    environ: dict[str, str], expected: str
) -> None:
    """French first, English equal."""
    assert language(environ) == expected


@pytest.mark.parametrize(("tag", "expected"), [("en-GB", "en"), ("FR", "fr"), ("es", None), ("", None)])
def test_a_tag_is_one_of_our_languages_or_none(tag: str, expected: str | None) -> None:
    """A tag of HTTP or of the system is understood alike."""
    assert known_language(tag) == expected
