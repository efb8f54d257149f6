"""Which language a reader asked for."""

from typing import Final

from starlette.requests import Request

from endogene_token.i18n import DEFAULT_LANGUAGE, known_language

LANGUAGE_COOKIE: Final = "lang"
LONGEST_HEADER: Final = 200  # characters: a browser's list of languages is far shorter


def language_of(request: Request) -> str:
    """Return the language of ``?lang=``, else the one kept by the reader's browser, else of Accept-Language.

    Else the one that the service is set to.
    """
    for told in (request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")):
        asked = known_language(told[:LONGEST_HEADER])
        if asked is not None:
            return asked
    accepted = preferred(request.headers.get("accept-language", "")[:LONGEST_HEADER])
    own: str = getattr(request.app.state, "lang", DEFAULT_LANGUAGE)
    return accepted or own


def preferred(header: str) -> str | None:
    """Return the language of ours that the header Accept-Language weighs most, or None."""
    ranked = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";")
        lang = known_language(tag.strip())
        if lang is not None:
            ranked.append((-_thousandths(weight), place, lang))
    ranked = [one for one in ranked if one[0] < 0]
    return min(ranked)[2] if ranked else None


def _thousandths(weight: str) -> int:
    """Return the q of RFC 9110 in thousandths: at most three decimals; 0 for what is none."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1000
    whole, _, decimals = value.strip().partition(".")
    digits = whole + decimals[:3].ljust(3, "0")
    sound = name.strip() == "q" and digits.isascii() and digits.isdigit()
    return min(int(digits), 1000) if sound else 0
