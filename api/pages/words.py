"""How a page writes for its reader: sentences, amounts, numbers, days, in the language and the region.

Québec groups digits with U+00A0 and France with U+202F; both set the currency after a U+00A0. Canadian
English writes $1,234.90. Babel knows; `tests/unit/test_words.py` holds it to the exact code points.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent

from endogene_token.config import Settings
from endogene_token.i18n import tr
from endogene_token.money import BASIS_POINTS, format_money_in

FRANCE: Final = "FR"
_MOMENT: Final = {"fr": "d MMM y, HH\u00a0'h'\u00a0mm", "en": "MMM d, y, h:mm\u00a0a"}
_HOUR: Final = {"fr": "HH\u00a0'h'\u00a0mm", "en": "h:mm\u00a0a"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one reader. `locale` as the CLDR names it: ``fr_CA``, ``fr_FR``, ``en_CA``."""

    lang: str
    locale: str
    currency: str
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: Settings, lang: str) -> "Words":
        """Return the words of a reader of `lang` in the region of these settings."""
        region = FRANCE if lang == "fr" and settings.phone_region == FRANCE else "CA"
        return cls(lang, f"{lang}_{region}", settings.currency, ZoneInfo(settings.timezone))

    @property
    def tag(self) -> str:
        """Return the language as HTML names it: ``fr-CA``."""
        return self.locale.replace("_", "-")

    @property
    def other(self) -> str:
        """Return the other language."""
        return "en" if self.lang == "fr" else "fr"

    def tr(self, msgid: str, **params: object) -> str:
        """Return a sentence, its places filled."""
        return tr(msgid, self.lang, **params)

    def many(self, count: int, one: str, several: str, **params: object) -> str:
        """Return the sentence for a count, which fills {count}: French says 0 and 1 in the singular."""
        is_one = abs(count) < 2 if self.lang == "fr" else count == 1
        return tr(one if is_one else several, self.lang, count=self.number(count), **params)

    def money(self, amount: int) -> str:
        """Return an amount of minor units."""
        return format_money_in(amount, self.currency, self.locale)

    def number(self, count: int) -> str:
        """Return a whole number."""
        return format_decimal(count, locale=self.locale)

    def percent(self, bps: int) -> str:
        """Return basis points as per cent, to the last digit."""
        return format_percent(Decimal(bps) / BASIS_POINTS, locale=self.locale, decimal_quantization=False)

    def hundredths(self, value: int) -> str:
        """Return a number of two decimals, told in hundredths."""
        return format_decimal(Decimal(value).scaleb(-2), format="#,##0.00", locale=self.locale)

    def day(self, told: date) -> str:
        """Return a day, as in 22 novembre 2026, or 1er novembre 2026."""
        return self._first(told, format_date(told, "long", locale=self.locale))

    def short_day(self, told: date) -> str:
        """Return a day, as in 22 nov. 2026."""
        return self._first(told, format_date(told, "medium", locale=self.locale))

    def month(self, told: date) -> str:
        """Return a month, as in novembre 2026."""
        return str(format_skeleton("yMMMM", told, locale=self.locale))

    def moment(self, told: datetime) -> str:
        """Return an instant in the community's time."""
        return format_datetime(told, _MOMENT[self.lang], tzinfo=self.zone, locale=self.locale)

    def hour(self, told: datetime) -> str:
        """Return the time of day of an instant in the community's time."""
        return format_time(told, _HOUR[self.lang], tzinfo=self.zone, locale=self.locale)

    def today(self) -> date:
        """Return the day that it is where the community lives."""
        return self.at(int(time.time())).astimezone(self.zone).date()

    def at(self, seconds: int) -> datetime:
        """Return the instant of so many seconds of the Unix epoch."""
        return datetime.fromtimestamp(seconds, UTC)

    def _first(self, told: date, text: str) -> str:
        """French counts the first day of a month by an ordinal, and no other; the CLDR does not."""
        return f"1er{text[1:]}" if self.lang == "fr" and told.day == 1 else text
