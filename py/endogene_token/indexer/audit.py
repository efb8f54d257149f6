"""The read model against the chain's own views, at one block; and against its own laws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select
from sqlmodel import SQLModel

from endogene_token.chain.calls import Ledger, View
from endogene_token.chain.views import ZERO_ADDRESS, MemberKind
from endogene_token.errors import UnknownMerchantError
from endogene_token.hexes import to_hex
from endogene_token.indexer.differences import Difference, each_field
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import (
    Member,
    Merchant,
    MerchantRate,
    Pockets,
    Purchase,
    Reversal,
    RulesVersion,
    Till,
    table_of,
)
from endogene_token.indexer.money_audit import compare_money
from endogene_token.indexer.money_models import Redemption, RedemptionPayment
from endogene_token.indexer.project_audit import compare_projects
from endogene_token.indexer.projections.pockets import ASSETS, LIABILITIES
from endogene_token.indexer.read_money import ReadMoney, compare_retold
from endogene_token.indexer.runner import cursor_of
from endogene_token.indexer.vote_audit import ReadVotes, compare_votes
from endogene_token.store import reading


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was compared, at the end of `block`, and what differs."""

    block: int
    compared: int
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class ReadModel:
    """What the read model says at one moment."""

    block: int
    rules: Mapping[int, RowMapping]
    pockets: Mapping[str, int]
    members: Mapping[int, RowMapping]
    merchants: Mapping[int, RowMapping]
    rates: Mapping[int, list[tuple[int, int]]]
    tills: Mapping[int, RowMapping]
    credited: Mapping[int, int]


def audit(engine: Engine, ledger: Ledger) -> AuditReport:
    """Compare every pocket, merchant, till, member, resolution, ballot, project, redemption; check the laws.

    The chain answers as of the block at which the read model stands, so both may go on meanwhile.
    """
    with reading(engine) as connection:
        model = _read(connection)
        votes = ReadVotes.read(connection, Decoder(ledger.community))
        money = ReadMoney.read(connection, Decoder(ledger.community))
    then = ledger.at(model.block)
    compared = [
        *_fund(model, then),
        *_laws(model),
        *_members(model, then),
        *_merchants(model, then),
        *_tills(model, then),
        *compare_votes(votes, then),
        *compare_projects(money, then, _time(then)),
        *compare_money(money, then),
        *compare_retold(money),
    ]
    return AuditReport(model.block, len(compared), [one for one in compared if one.chain != one.read_model])


def _read(connection: Connection) -> ReadModel:
    rates: dict[int, list[tuple[int, int]]] = {}
    for row in connection.execute(select(table_of(MerchantRate)).order_by("merchant", "from_day")):
        rates.setdefault(row.merchant, []).append((row.from_day, row.rate_bps))
    pockets = dict(connection.execute(select(table_of(Pockets))).mappings().one())
    del pockets["only_row"]
    return ReadModel(
        block=cursor_of(connection).block_number,
        rules=_by_key(connection, RulesVersion),
        pockets=pockets,
        members=_by_key(connection, Member),
        merchants=_by_key(connection, Merchant),
        rates=rates,
        tills=_by_key(connection, Till),
        credited=_credited(connection),
    )


def _by_key(connection: Connection, model: type[SQLModel]) -> dict[int, RowMapping]:
    [key] = table_of(model).primary_key
    rows = connection.execute(select(table_of(model)).order_by(key)).mappings()
    return {row[key]: row for row in rows}


def _time(ledger: Ledger) -> int:
    block = ledger.rpc.request("eth_getBlockByNumber", [hex(ledger.block or 0), False])
    return int(block["timestamp"], 16)


def _credited(connection: Connection) -> dict[int, int]:
    """Return what each member's purchases brought, less what its refunds undid and what was paid back."""
    sums: dict[int, int] = {}
    for model, sign in ((Purchase, 1), (Reversal, -1)):
        table = table_of(model)
        total = select(table.c.member, func.sum(table.c.credit)).group_by(table.c.member)
        for member, credit in connection.execute(total):
            sums[member] = sums.get(member, 0) + sign * int(credit)
    redemption, payment = table_of(Redemption), table_of(RedemptionPayment)
    paid = select(redemption.c.member, payment.c.amount).where(redemption.c.number == payment.c.redemption)
    for member, amount in connection.execute(paid):
        sums[member] = sums.get(member, 0) - amount
    return sums


def _fund(model: ReadModel, ledger: Ledger) -> Iterator[Difference]:
    yield from each_field("fund", asdict(ledger.balance_sheet()), model.pockets)
    supply = ledger.read([("CommunityCredit", "totalSupply", ())])[0]
    yield Difference("credits: total supply", supply, sum(row["balance"] for row in model.members.values()))
    yield Difference("rules: versions", ledger.rules_version(), len(model.rules))
    for version, row in model.rules.items():
        yield from each_field(f"rules {version}", asdict(ledger.rules(version)), row)


def _laws(model: ReadModel) -> Iterator[Difference]:
    """Compare each side of a law of the read model, as if the left one were the chain's."""
    pockets = model.pockets
    assets, liabilities = (sum(pockets[name] for name in side) for side in (ASSETS, LIABILITIES))
    yield Difference("law: balance sheet", assets, liabilities)
    for pocket, field in (("premiums_receivable", "owed"), ("merchant_prepayments", "prepaid")):
        total = sum(row[field] for row in model.merchants.values())
        yield Difference(f"law: {pocket}", pockets[pocket], total)
    for number, row in model.merchants.items():
        accrued = row["premiums"] + row["prepaid"]
        met = row["settled"] + row["netted"] + row["written_off"] + row["owed"]
        yield Difference(f"law: merchant {number} premiums + prepaid = met + owed", accrued, met)
    for number, row in model.members.items():
        yield Difference(f"law: member {number} credits", model.credited.get(number, 0), row["balance"])


def _members(model: ReadModel, ledger: Ledger) -> Iterator[Difference]:
    yield Difference("members: count", ledger.member_count(), len(model.members))
    numbers = sorted({*range(1, ledger.member_count() + 1), *model.members})
    registered = ledger.read([("Membership", "member", (number,)) for number in numbers])
    for number, account, member in zip(numbers, ledger.accounts(numbers), registered, strict=True):
        kind, category, *_, key = member
        fields = {**asdict(account), "kind": kind, "category": category, "key": key}
        yield from each_field(f"member {number}", fields, model.members.get(number, {}))


def _merchants(model: ReadModel, ledger: Ledger) -> Iterator[Difference]:
    numbers = list(model.merchants)
    terms, accounts = ledger.merchants(numbers), ledger.merchant_accounts(numbers)
    for number, term, account in zip(numbers, terms, accounts, strict=True):
        row = model.merchants[number]
        fields = {**asdict(term), **asdict(account)}
        yield from each_field(f"merchant {number}", fields, {**row, **_latest_rates(model.rates[number])})
    yield from _rates(model, ledger)
    for number, member in model.members.items():
        if member["kind"] == MemberKind.ORGANISATION and number not in model.merchants:
            yield Difference(f"merchant {number}", _is_merchant(ledger, number), False)


def _rates(model: ReadModel, ledger: Ledger) -> Iterator[Difference]:
    """Compare each rate on its first day, and on the day before with the one it followed."""
    told = [
        (merchant, day, rate)
        for merchant, rates in model.rates.items()
        for (_, before), (from_day, rate_bps) in pairwise([(0, 0), *rates])
        for day, rate in ((from_day, rate_bps), (from_day - 1, before))
        if day >= 0
    ]
    views: list[View] = [("Membership", "rateOn", (merchant, day)) for merchant, day, _ in told]
    for (merchant, day, rate), chain in zip(told, ledger.read(views), strict=True):
        yield Difference(f"merchant {merchant}: rate on day {day}", chain, rate)


def _latest_rates(rates: Sequence[tuple[int, int]]) -> dict[str, int]:
    """Return the two latest rates; a merchant whose rate never changed has it twice, as on the chain."""
    (rate_from, rate), (next_from, next_rate) = [rates[0], *rates][-2:]
    return {"rate_from": rate_from, "rate_bps": rate, "next_from": next_from, "next_rate_bps": next_rate}


def _is_merchant(ledger: Ledger, number: int) -> bool:
    try:
        ledger.merchant(number)
    except UnknownMerchantError:
        return False
    return True


def _tills(model: ReadModel, ledger: Ledger) -> Iterator[Difference]:
    yield Difference("tills: count", ledger.till_count(), len(model.tills))
    numbers = range(1, ledger.till_count() + 1)
    for number, till in zip(numbers, ledger.tills(numbers), strict=True):
        row: Mapping[Any, Any] = model.tills.get(number, {})
        key = ZERO_ADDRESS if row.get("revoked") else to_hex(row.get("key", b""))
        fields = {**asdict(till), "key": till.key.lower()}
        yield from each_field(f"till {number}", fields, {**row, "key": key})
