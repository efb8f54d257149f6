"""How a statement writes amounts, numbers, dates: by its reader's language and its community's region."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent, get_currency_precision, get_currency_symbol

from endogene_token.i18n import tr
from endogene_token.money import exact_units, format_money_in

LOCALES: Final = {
    ("fr", "CA"): "fr_CA",
    ("fr", "FR"): "fr_FR",
    ("en", "CA"): "en_CA",
    ("en", "FR"): "en_GB",
}
MINUS: Final = "\N{MINUS SIGN}"
HUNDRED_THOUSANDTHS: Final = -5
TEN_THOUSANDTHS: Final = -4
_FIRST: Final = {"fr": ("1 ", "1er "), "en": ("", "")}  # the first of a month has its own word in French


@dataclass(frozen=True)
class Words:
    """What writes: `lang` fr or en, `region` CA or FR, `currency` of ISO 4217."""

    lang: str
    region: str
    currency: str

    @cached_property
    def locale(self) -> str:
        """The locale of the CLDR."""
        return LOCALES[self.lang, self.region]

    @property
    def symbol(self) -> str:
        """The currency's sign."""
        return get_currency_symbol(self.currency, locale=self.locale)

    def tr(self, msgid: str, **params: object) -> str:
        """Return a sentence in the reader's language."""
        return tr(msgid, self.lang, **params)

    def money(self, amount: int) -> str:
        """Return an amount (minor units) with its currency: ``1 234,90 $``."""
        return _typeset(format_money_in(amount, self.currency, self.locale))

    def figure(self, amount: int) -> str:
        """Return an amount (minor units) without its currency, for a column whose head names it."""
        exact = exact_units(amount, self.currency)
        pattern = "#,##0" + ("." + "0" * self._precision if self._precision else "")
        with localcontext(prec=len(exact.as_tuple().digits) + 4):
            return _typeset(format_decimal(exact, pattern, locale=self.locale))

    def count(self, number: int) -> str:
        """Return a number of things."""
        return _typeset(format_decimal(number, locale=self.locale))

    def percent(self, rate: int, exponent: int) -> str:
        """Return a rate of `rate` x 10^`exponent` in percent, with as many decimals as it has."""
        share = Decimal(rate).scaleb(exponent)
        return format_percent(share, locale=self.locale, decimal_quantization=False)

    def plain(self, amount: int) -> str:
        """Return an amount (minor units) for a spreadsheet: no groups, the decimal sign of the locale."""
        text = f"{exact_units(amount, self.currency):f}"
        return text.replace(".", ",") if self.lang == "fr" else text

    def day(self, day: date) -> str:
        """Return a day in full: ``1er octobre 2026``."""
        return self._first(format_date(day, "long", locale=self.locale), day)

    def short_day(self, day: str) -> str:
        """Return a day of the ledger in brief, ``jeu. 1er oct.``; what is no date stays as it is."""
        try:
            found = date.fromisoformat(day)
        except ValueError:
            return day
        pattern = "EEE d MMM" if self.lang == "fr" or self.region == "FR" else "EEE, MMM d"
        text = format_date(found, pattern, locale=self.locale)
        return self._first(text, found)

    def span(self, first: date, last: date) -> str:
        """Return the days of one month: ``du 1er au 31 octobre 2026``."""
        begin, end = ("MMMM d", "d, y") if self.locale == "en_CA" else ("d", "d MMMM y")
        texts = [format_date(day, form, locale=self.locale) for day, form in ((first, begin), (last, end))]
        return self.tr("{first} to {last}", first=self._first(f"{texts[0]} ", first).strip(), last=texts[1])

    def month(self, day: date) -> str:
        """Return the month of a day: ``octobre 2026``."""
        return format_date(day, "MMMM y", locale=self.locale)

    @property
    def _precision(self) -> int:
        return get_currency_precision(self.currency)

    def _first(self, text: str, day: date) -> str:
        return text.replace(*_FIRST[self.lang], 1) if day.day == 1 else text


def _typeset(text: str) -> str:
    return text.replace("-", MINUS, 1)
