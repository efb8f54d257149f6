"""How indicators are shown: the rounds of the money as a table, ratios with the amounts that they are of."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal
from rich.table import Table
from sqlalchemy import Engine

from endogene_token.cli.console import amount
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.i18n import mark, tr
from endogene_token.indexer.rounds import Ratio
from endogene_token.reports.indicators import Indicators, hundredths, indicators
from endogene_token.store import reading

ROUNDS: Final = (mark("First"), mark("Second"), mark("Third"), mark("Later"))


def read(engine: Engine) -> Indicators:
    """Return the indicators of the read model."""
    with reading(engine) as connection:
        return indicators(connection)


def rounds_table(numbers: Indicators, settings: Settings) -> Table:
    """Return a table of the rounds of the money: merchants' sales, and the premiums on them."""
    table = Table(tr("Round", LANG), tr("Sold by merchants", LANG), tr("Premiums", LANG))
    table.title, table.title_justify = tr("The rounds of the money", LANG), "left"
    for column in table.columns[1:]:
        column.justify = "right"
    rows = zip(ROUNDS, numbers.rounds.spent, numbers.rounds.premiums, strict=True)
    for label, spent, premium in rows:
        if spent:
            table.add_row(tr(label, LANG), amount(spent, settings), amount(premium, settings))
    return table


def sentences(numbers: Indicators, settings: Settings) -> Iterator[str]:
    """Yield leverage, local multiplier and coverage, each with the two amounts that it is of."""
    yield tr(
        "Leverage: {ratio} ({received} received from outside, {released} released by the fund)",
        LANG,
        ratio=_written(numbers.leverage),
        received=amount(numbers.leverage.numerator, settings),
        released=amount(numbers.leverage.denominator, settings),
    )
    yield tr(
        "Local multiplier over three rounds: {ratio} ({sold} sold, {spent} of it by projects)",
        LANG,
        ratio=_written(numbers.multiplier),
        sold=amount(numbers.multiplier.numerator, settings),
        spent=amount(numbers.multiplier.denominator, settings),
    )
    yield tr(
        "Coverage: {ratio} ({liquid} liquid, {owed} owed to members)",
        LANG,
        ratio=_written(numbers.coverage),
        liquid=amount(numbers.coverage.numerator, settings),
        owed=amount(numbers.coverage.denominator, settings),
    )


def as_json(numbers: Indicators) -> dict[str, object]:
    """Return the indicators, for machines: each ratio as the two whole numbers that it is of."""
    return {
        "leverage": _two(numbers.leverage, "received", "released"),
        "multiplier": _two(numbers.multiplier, "three_rounds", "first_round"),
        "coverage": _two(numbers.coverage, "liquid", "owed"),
        "rounds": [
            {"spent": str(spent), "premiums": str(premium)}
            for spent, premium in zip(numbers.rounds.spent, numbers.rounds.premiums, strict=True)
        ],
    }


def _two(ratio: Ratio, numerator: str, denominator: str) -> dict[str, str]:
    return {numerator: str(ratio.numerator), denominator: str(ratio.denominator)}


def _written(ratio: Ratio) -> str:
    value = hundredths(ratio)
    if value is None:
        return "–"
    return format_decimal(Decimal(value).scaleb(-2), format="#,##0.00", locale=f"{LANG}_CA")
