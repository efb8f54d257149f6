"""Names in the letters that bank files carry: É becomes E, œ becomes oe, what has no counterpart a space."""

import re
import string
import unicodedata
from typing import Final

from endogene_token.errors import BankTextError

# What every direct clearer's guide allows: the Canadian files know no accent and no lower case.
CANADIAN: Final = frozenset(string.ascii_uppercase + string.digits + " .,-/&")
SEPA: Final = frozenset(
    string.ascii_letters + string.digits + " /-?:().,'+"
)  # EPC217-08, the basic Latin set

_SPELLED: Final = str.maketrans(
    {"Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "ẞ": "SS", "ß": "ss", "Ø": "O", "ø": "o", "ı": "i"}
    | {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th"}
    | {"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-", "«": "", "»": "", "“": "", "”": ""}
)
_REPLACED: Final = {SEPA: {ord("&"): "+"}}  # the EPC's own replacement


def plain(text: str, field: str, letters: frozenset[str], longest: int) -> str:
    """Return `text` in `letters`, at most `longest` of them, without a space at either end.

    Accents fall, ligatures are spelled out, anything else unknown becomes one space. A name is cut, never
    refused for its length: the reference recognises a payment, the name only helps its reader. Raises
    BankTextError, naming `field`, when no letter or digit is left.
    """
    spelled = text.translate(_SPELLED).translate(_REPLACED.get(letters, {}))
    decomposed = unicodedata.normalize("NFKD", spelled)
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    cased = bare if "a" in letters else bare.upper()
    known = "".join(one if one in letters else " " for one in cased)
    cut = re.sub(" +", " ", known).strip()[:longest].rstrip()
    if not any(one.isalnum() for one in cut):
        raise BankTextError(field=field, actual=text, limit="".join(sorted(letters)).strip())
    return cut
