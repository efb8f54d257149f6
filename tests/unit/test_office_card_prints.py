"""Cards for print and for NFC tags: whole, of the size of a wallet, and with the number alone on them."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.office import sandbox
from endogene_token.office.card_numbers import grouped, new_number, payload, read_number, svg
from endogene_token.office.card_prints import face, ndef

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=80)


@given(NAMES)
def test_a_card_is_a_whole_picture_whatever_the_community_is_called(name: str) -> None:
    """Names of any length and with any sign: the number, the name and the square code stand on it."""
    number = new_number()
    root = ElementTree.fromstring(face(number, name, "Carte de membre"))  # noqa: S314 - our own
    assert (root.get("width"), root.get("height")) == ("85.6mm", "53.98mm")
    texts = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert texts == [name, "Carte de membre", grouped(number)]
    sizes = [int(one) for one in re.findall(r'font-size="(\d+)"', face(number, name, "x"))]
    assert sizes[0] * len(name) * 6 <= 7_600, "wider than the card"
    assert min(sizes) >= 15


def test_the_square_code_on_the_card_is_the_one_that_is_printed_alone() -> None:
    """The same picture, in its place."""
    drawn = face(sandbox.CARD, "Limoilou", "Carte")
    [code] = [one for one in ElementTree.fromstring(drawn) if one.tag == f"{SVG}svg"]  # noqa: S314 - our own
    alone = ElementTree.fromstring(svg(sandbox.CARD, "Carte"))  # noqa: S314 - our own
    assert [one.get("d") for one in code.iter(f"{SVG}path")] == [
        one.get("d") for one in alone.iter(f"{SVG}path")
    ]
    assert code.get("viewBox") == alone.get("viewBox")


def told(message: bytes) -> str:
    """Read a message as a reader of NFC tags does: one short record of the type "U" (NDEF 1.0, 3.2)."""
    head, type_length, length = message[0], message[1], message[2]
    begins, ends, is_cut, is_short, has_id = (bool(head >> bit & 1) for bit in (7, 6, 5, 4, 3))
    assert (begins, ends, is_cut, is_short, has_id, head & 7) == (True, True, False, True, False, 1)
    type_, content = message[3 : 3 + type_length], message[3 + type_length :]
    assert (type_, len(content), content[0]) == (b"U", length, 0)
    return content[1:].decode()


@pytest.mark.parametrize("number", [sandbox.CARD, new_number()], ids=["test", "new"])
def test_a_tag_tells_what_the_square_code_tells(number: str) -> None:
    """A till that reads either finds the card; it fits the smallest tags (NTAG213: 144 bytes)."""
    assert told(ndef(number)) == payload(number)
    assert read_number(told(ndef(number))) == number
    assert len(ndef(number)) <= 144
