"""Whether every paper can be drawn, before a number is spent: what is issued never changes."""

from collections.abc import Iterable, Mapping
from typing import Final

import typst

from endogene_token.errors import SettingError
from endogene_token.treasury.statements.document import Party, StatementDocument
from endogene_token.treasury.statements.issuer import Issuer
from endogene_token.treasury.statements.render import to_pdf

TAXES: Final = "taxes"
LONGEST_WHY: Final = 160


def check(sample: StatementDocument, issuer: Issuer, lang: str) -> None:
    """Raise SettingError unless the logo, and every name of the settings, can be drawn on `sample`.

    All names are drawn at once, and one after the other only to find which one cannot be.
    """
    texts = _texts(issuer)
    try:
        _draw(sample, issuer, lang, [line for lines in texts.values() for line in lines])
    except typst.TypstError as error:
        for place, lines in texts.items():
            try:
                _draw(sample, issuer, lang, lines)
            except typst.TypstError as found:
                why = str(found)[:LONGEST_WHY]
                raise SettingError(field=place, actual=", ".join(lines), limit=why) from error
        raise


def _draw(sample: StatementDocument, issuer: Issuer, lang: str, lines: Iterable[str]) -> None:
    addressee = Party(name="", address=tuple(lines))
    to_pdf(sample.model_copy(update={"addressee": addressee}), issuer.logo_svg, lang)


def _texts(issuer: Issuer) -> Mapping[str, list[str]]:
    """Return the lines that papers show, by their place in the settings."""
    found = {"name": [issuer.name, *issuer.address, *issuer.registrations]}
    for number, one in issuer.merchants.items():
        found[f"merchants.{number}"] = [one.name, *one.address, *one.registrations]
    found[TAXES] = [word for tax in issuer.taxes for word in (tax.name_fr, tax.name_en, tax.registration)]
    return found
