"""Further figures by which the public judges a community, as ratios of two numbers; see `indicators`."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from endogene_token.indexer.models import Batch, Member, Merchant, Purchase, Reversal, table_of
from endogene_token.indexer.money_models import OperatingPayment, OutflowRulesVersion
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.rounds import Ratio
from endogene_token.reports.masking import Share, largest, steady
from endogene_token.reports.year import Span

MEMBER, MERCHANT, PURCHASE = table_of(Member), table_of(Merchant), table_of(Purchase)
BATCH, REVERSAL, RUNNING = table_of(Batch), table_of(Reversal), table_of(OperatingPayment)
PROJECT, RULES = table_of(Project), table_of(OutflowRulesVersion)


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """Participation, by fives; break-even; concentration (None: too few merchants); what the data covers."""

    participation: Ratio
    known_buyers: Ratio
    break_even: Ratio
    concentration: Share | None
    spent: Ratio
    floor_bps: int | None


def public_figures(connection: Connection, inside: Span) -> PublicFigures:
    """Return them; break-even is of the year `inside`, the others of all that was recorded."""
    return PublicFigures(
        participation=participation(connection),
        known_buyers=known_buyers(connection),
        break_even=break_even(connection, inside),
        concentration=largest(connection.execute(select(MERCHANT.c.premiums)).scalars()),
        spent=spent(connection),
        floor_bps=connection.execute(
            select(RULES.c.coverage_floor_bps).order_by(RULES.c.version.desc()).limit(1)
        ).scalar(),
    )


def participation(connection: Connection) -> Ratio:
    """Return the members who have credits / the members on the register, both by fives."""
    counted = select(func.count()).select_from(MEMBER)
    with_credits = connection.execute(counted.where(MEMBER.c.balance != 0)).scalar_one()
    return Ratio(steady(with_credits), steady(connection.execute(counted).scalar_one()))


def known_buyers(connection: Connection) -> Ratio:
    """Return the purchases whose buyer is known / all purchases recorded, both by fives."""
    counted = select(func.count()).select_from(PURCHASE).where(PURCHASE.c.reason == 0)
    known = connection.execute(counted.where(PURCHASE.c.member != 0)).scalar_one()
    return Ratio(steady(known), steady(connection.execute(counted).scalar_one()))


def break_even(connection: Connection, inside: Span) -> Ratio:
    """Return what premiums of a year brought for running the community / what was paid for it."""
    came = [
        connection.execute(
            select(func.sum(table.c.operations)).where(
                table.c.block_time >= inside.since, table.c.block_time < inside.until
            )
        ).scalar()
        for table in (BATCH, REVERSAL)
    ]
    when = RUNNING.c.block_time
    paid = connection.execute(
        select(func.sum(RUNNING.c.amount)).where(when >= inside.since, when < inside.until)
    ).scalar()
    return Ratio(int(came[0] or 0) - int(came[1] or 0), int(paid or 0))


def spent(connection: Connection) -> Ratio:
    """Return what projects spent of what was released to them: how far the multiplier is measured."""
    rows = connection.execute(
        select(PROJECT.c.released, PROJECT.c.balance, PROJECT.c.unspent).where(PROJECT.c.awarded_at != 0)
    ).all()
    released = sum(one.released for one in rows)
    return Ratio(released - sum(one.balance + one.unspent for one in rows), released)
