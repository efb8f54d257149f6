"""When a debit may be collected: after its notice, and when the bank still has the time to carry it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from endogene_token.errors import BankFieldError
from endogene_token.treasury.bankfiles.bankdays import Calendar, bank_day_from, is_bank_day, shift_bank_days


@dataclass(frozen=True, slots=True)
class Regime:
    """What a rulebook and the bank's contract ask between a notice, a file and a collection.

    `notice_days` are calendar days from the notice to the debit; an agreement with the payer may shorten
    them. `lead_days` are bank days from handing in to the debit: what is handed in after `cut_off`, or on a
    day without clearing, counts as of the next bank day.
    """

    calendar: Calendar
    notice_days: int
    lead_days: int
    cut_off: time
    zone: str
    also_closed: frozenset[date] = field(default=frozenset())

    def __post_init__(self) -> None:
        for name, days in (("notice_days", self.notice_days), ("lead_days", self.lead_days)):
            if not 0 <= days <= 366:
                raise BankFieldError(field=name, actual=days, limit="0–366")


# Payments Canada's rule H1: ten calendar days before a debit of a variable amount.
CANADA: Final = Regime(Calendar.CANADA, 10, 2, time(13), "America/Toronto")
# The SEPA rulebooks: fourteen calendar days, unless agreed otherwise; the scheme's own lead is one bank day.
SEPA: Final = Regime(Calendar.TARGET, 14, 2, time(12), "Europe/Paris")


def earliest_collection(regime: Regime, noticed: date, handed_in: datetime) -> date:
    """Return the first bank day that the notice of `noticed` and the file of `handed_in` both allow.

    `handed_in` bears a time zone. Raises BankFieldError when it does not, CalendarRangeError when a day is
    outside of the years whose bank holidays are known.
    """
    if handed_in.tzinfo is None:
        raise BankFieldError(field="handed_in", actual=handed_in, limit=f"{handed_in}+00:00")
    local = handed_in.astimezone(ZoneInfo(regime.zone))
    late = local.time() > regime.cut_off
    received = _bank_day_from(regime, local.date() + timedelta(days=1 if late else 0))
    carried = shift_bank_days(received, regime.lead_days, regime.calendar, regime.also_closed)
    return _bank_day_from(regime, max(carried, noticed + timedelta(days=regime.notice_days)))


def last_notice(regime: Regime, collection: date) -> date:
    """Return the last day on which the payer may be told of a debit on `collection`."""
    return collection - timedelta(days=regime.notice_days)


def last_handing_in(regime: Regime, collection: date) -> datetime:
    """Return the last moment at which the bank takes the file of a debit on `collection`, a bank day.

    Raises BankFieldError when banks do not clear on that day.
    """
    if not is_bank_day(collection, regime.calendar, regime.also_closed):
        limit = _bank_day_from(regime, collection)
        raise BankFieldError(field="collection", actual=collection, limit=limit)
    day = shift_bank_days(collection, -regime.lead_days, regime.calendar, regime.also_closed)
    return datetime.combine(day, regime.cut_off, ZoneInfo(regime.zone))


def _bank_day_from(regime: Regime, day: date) -> date:
    return bank_day_from(day, regime.calendar, regime.also_closed)
