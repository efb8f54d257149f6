"""`endogene project rounds`, `endogene solvency`, `endogene redemption`: the fund's money going out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from sqlalchemy import select

from endogene_token.act_json import word
from endogene_token.cli import figures, maturing
from endogene_token.cli.checks import catch_up
from endogene_token.cli.console import amount, answering, out, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.cli.voting import get, service
from endogene_token.errors import UnknownRedemptionError
from endogene_token.hexes import to_hex
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import tr
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_models import Redemption, RedemptionPayment
from endogene_token.projects import RedemptionReason, RedemptionState
from endogene_token.store import reading

REDEMPTION: Final = table_of(Redemption)
PAYMENT: Final = table_of(RedemptionPayment)


def run_rounds(*, data: Path | None, as_json: bool) -> None:
    """Show the rounds of the money, leverage, local multiplier and coverage, from the read model."""
    found = settings(data_dir=data)
    with answering(as_json) as answer, Ground(found, node_port=FREE_PORT) as ground:
        catch_up(ground)
        numbers = figures.read(ground.engine)
        answer.update(figures.as_json(numbers))
        if not as_json:
            out.print(figures.rounds_table(numbers, found))
            for sentence in figures.sentences(numbers, found):
                tell(sentence)


def run_solvency(*, api: str | None, data: Path | None, as_json: bool) -> None:
    """Show what is liquid, what it must stay above, and when what is owed falls due."""
    with answering(as_json) as answer:
        found = settings(data_dir=data)
        told = get(service(api, data), "/v1/solvency")
        # The years are the office's affair: a service tells them to nobody, its data folder to who holds it.
        due = maturing.read(data) if api is None else None
        answer.update(told if due is None else {**told, "maturity": maturing.as_json(due)})
        if as_json:
            return
        table = Table(show_header=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_row(tr("Liquid", LANG), amount(int(told["liquid"]), found))
        table.add_row(tr("Floor", LANG), amount(int(told["floor"]), found))
        table.add_row(tr("Due to members", LANG), amount(int(told["due"]), found))
        out.print(table)
        if not told["is_attested"]:
            tell(tr("No attestation stands: nothing can be awarded or released.", LANG))
        if due is not None and due.rows:
            out.print(maturing.table(due, found))


def run_redemptions(*, data: Path | None, as_json: bool) -> None:
    """List the redemptions, for those who hold the data folder: they are their members' own affair."""
    found = settings(data_dir=data)
    with answering(as_json) as answer, Ground(found, node_port=FREE_PORT) as ground:
        catch_up(ground)
        with reading(ground.engine) as connection:
            query = select(REDEMPTION).order_by(REDEMPTION.c.number)
            rows = [_told(row) for row in connection.execute(query).mappings()]
        answer["redemptions"] = rows
        if as_json:
            return
        table = Table("", tr("Member", LANG), tr("State", LANG), tr("Asked for", LANG), tr("Paid", LANG))
        for row in rows:
            sums = (amount(int(row[name]), found) for name in ("amount", "paid"))
            table.add_row(str(row["number"]), str(row["member"]), row["state"], *sums)
        out.print(table)


def run_redemption(number: int, *, data: Path | None, as_json: bool) -> None:
    """Show one redemption and its payments."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        catch_up(ground)
        with reading(ground.engine) as connection:
            rows = connection.execute(select(REDEMPTION)).mappings().all()
            paid = connection.execute(select(PAYMENT).where(PAYMENT.c.redemption == number)).mappings().all()
        found = {row["number"]: row for row in rows}
        if number not in found:
            raise UnknownRedemptionError(actual=number, limit=len(rows))
        answer.update(_told(found[number]))
        answer["payments"] = [
            {
                "amount": str(one["amount"]),
                "at": one["block_time"],
                "reference": to_hex(one["bank_reference"]),
            }
            for one in paid
        ]
        if not as_json:
            for name, value in answer.items():
                tell(f"{name}: {value}")


def _told(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "member": row["member"],
        "state": word(RedemptionState(row["state"])),
        "reason": word(RedemptionReason(row["reason"])),
        "amount": str(row["amount"]),
        "paid": str(row["paid"]),
    }
