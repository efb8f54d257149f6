"""A member's card for print and for an NFC tag: its number, and nothing else of its member. Pure."""

from typing import Final
from xml.sax.saxutils import escape

from endogene_token.office.card_numbers import grouped, payload, svg

WIDTH: Final = "85.6"  # millimetres: the cards of a wallet (ISO/IEC 7810 ID-1)
HEIGHT: Final = "53.98"
TAG_SUFFIX: Final = ".ndef"
_LARGEST: Final = 44  # tenths of a millimetre, of letters
_ROOM: Final = 1_266  # of a line of 76 mm, by a letter's mean width of 0.6
_ALONE: Final = 0b1101_0001  # first and last record of its message, short, of a type that the NFC Forum names
_URI: Final = b"U"
_WHOLE: Final = b"\0"  # the address follows without an abbreviation


def face(number: str, community: str, title: str) -> str:
    """Return a whole card as an SVG of its true size: whose it is, its number to type, its square code."""
    size = min(_LARGEST, _ROOM // max(1, len(community)))
    place = '<svg x="508" y="150" width="300" height="300" '
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm"'
        ' viewBox="0 0 856 539.8">'
        f"<title>{escape(title)}</title>"
        '<rect x="1" y="1" width="854" height="537.8" rx="31" fill="#fff" stroke="#999"/>'
        f'<g font-family="sans-serif"><text x="48" y="98" font-size="{size}">{escape(community)}</text>'
        f'<text x="48" y="290" font-size="34">{escape(title)}</text></g>'
        f"{svg(number, title).replace('<svg ', place, 1)}"
        '<text x="428" y="500" font-family="monospace" font-size="42" text-anchor="middle">'
        f"{grouped(number)}</text></svg>\n"
    )


def ndef(number: str) -> bytes:
    """Return what an NFC tag holds: a message of one URI record (NFC Forum: NDEF 1.0, RTD URI 1.0)."""
    content = _WHOLE + payload(number).encode("ascii")
    return bytes((_ALONE, len(_URI), len(content))) + _URI + content
