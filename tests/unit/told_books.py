"""A community's life as the books meet it: events that are told, kept in the read model, and read again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from endogene_token.chain.views import Rules
from endogene_token.indexer.events import (
    CONTRACTS,
    Decoder,
    Event,
    Log,
    MemberAdmitted,
    MerchantEnrolled,
    Place,
    PremiumsSettled,
    PurchaseReversed,
    PurchasesRecorded,
    Refund,
    RulesPublished,
    TillEnrolled,
    layouts,
)
from endogene_token.indexer.events import Event as Told
from endogene_token.indexer.models import Event as RawEvent
from endogene_token.indexer.models import Pockets, table_of
from endogene_token.indexer.money_events import (
    DebtWrittenOff,
    LoanLossBooked,
    OperatingAllowed,
    OperatingPaid,
    OutflowRulesPublished,
    RedemptionApproved,
    RedemptionAttested,
    RedemptionBacked,
    RedemptionDropped,
    RedemptionInstalment,
    RedemptionPaid,
    RedemptionReleased,
    RedemptionRequested,
    ShortfallBorne,
)
from endogene_token.indexer.project_events import LoanWrittenOff
from endogene_token.indexer.projections import project
from endogene_token.indexer.projections.purchases import ITEM, TOTALS
from endogene_token.indexer.vote_models import Governance
from endogene_token.money import Shares, Split, shares, undo
from endogene_token.treasury.books.chart import Chart, Pocket, load_chart
from endogene_token.treasury.books.journal import Entry, journal
from tests.town import database
from tests.unit.told_money import BAKER, FOUNDED, HASH, LENT, SMITH, TERMS

MONTREAL = ZoneInfo("America/Toronto")
BAKER_TILL, SMITH_TILL = 1, 2
RATE = 280
SPLIT = Split(500, 500)
DAY_SECONDS = 86_400
NEW_YEAR = int(datetime(2026, 1, 1, 5, tzinfo=UTC).timestamp())  # midnight in Montréal
QUEBEC = load_chart("quebec")


def empty(folder_url: str) -> Engine:
    """Return a read model of a fund that has just been founded."""
    engine = database(folder_url)
    with engine.begin() as connection:
        for model, more in ((Governance, {"governor": bytes(20)}), (Pockets, {})):
            row: dict[str, object] = {column.name: 0 for column in table_of(model).columns}
            connection.execute(table_of(model).insert().values({**row, "only_row": 1, **more}))
    return engine


class Telling(Decoder):
    """Gives back, for a log, the event that it was made of."""

    def __init__(self) -> None:
        self.events: list[Told] = []
        self._topics = {
            kind: topic
            for name in CONTRACTS
            for topic, (kind, _) in layouts(name).items()
            if kind is not None
        }

    def keep(self, connection: Connection, place: Place, event: Told) -> None:
        """Write an event as a raw log."""
        row = {**place._asdict(), "chain_id": 1, "address": bytes(20), "topics": self._topics[type(event)]}
        row["data"] = len(self.events).to_bytes(4)
        self.events.append(event)
        connection.execute(table_of(RawEvent).insert().values(row))

    def decode(self, log: Log) -> Event | None:
        """Return the event of a log."""
        return self.events[int.from_bytes(log.data)]


@dataclass
class Ledger:
    """A read model to which events are told, one act after the other."""

    connection: Connection
    decoder: Telling = field(default_factory=Telling)
    block: int = 0
    now: int = NEW_YEAR

    def tell(self, *events: Told) -> None:
        """Follow the events of one act, in a block of their own."""
        self.block += 1
        places = [
            Place(self.block, bytes(32), self.now, self.block.to_bytes(32), index)
            for index in range(len(events))
        ]
        project(self.connection, list(zip(places, events, strict=True)))
        for place, event in zip(places, events, strict=True):
            self.decoder.keep(self.connection, place, event)

    def entries(self, chart: Chart = QUEBEC) -> list[Entry]:
        """Return the whole journal."""
        return list(journal(self.connection, self.decoder, chart, MONTREAL))

    def pockets(self) -> dict[Pocket, int]:
        """Return what the read model says that the fund holds."""
        row = self.connection.execute(select(table_of(Pockets))).mappings().one()
        return {pocket: row[pocket] for pocket in Pocket}


@dataclass
class Sale:
    """A purchase that was told, and what is left of it."""

    till: int
    batch: int
    sequence: int
    member: int
    day: int
    left: int


@dataclass
class Life(Ledger):
    """Two merchants that sell, refund and settle; the numbers are those that the contracts would give."""

    sequences: dict[int, int] = field(default_factory=lambda: {BAKER_TILL: 1, SMITH_TILL: 1})
    owed: dict[int, int] = field(default_factory=lambda: {BAKER: 0, SMITH: 0})
    sales: list[Sale] = field(default_factory=list)
    references: int = 0

    def __post_init__(self) -> None:
        self.tell(
            *(MemberAdmitted(number, 0, 0, 0, 9, b"") for number in range(1, 10)),
            RulesPublished(1, Rules(30, 60, SPLIT.operations_bps, SPLIT.reserve_bps, 1, 0)),
            OutflowRulesPublished(1, TERMS),
            *(MerchantEnrolled(number, RATE, 2**40, 2**40) for number in (BAKER, SMITH)),
            *(TillEnrolled(till, merchant_of(till), bytes(20)) for till in (BAKER_TILL, SMITH_TILL)),
        )

    @property
    def today(self) -> int:
        """The day on the chain, counted from 1970-01-01."""
        return self.now // DAY_SECONDS

    def wait(self, days: int) -> None:
        """Let time pass."""
        self.now += days * DAY_SECONDS

    def reference(self) -> bytes:
        """Return a bank's reference that was not used before."""
        self.references += 1
        return self.references.to_bytes(32)

    def buy(self, till: int, *items: tuple[int, int]) -> None:
        """Record a batch of (member, amount) of today."""
        first, bought = self.sequences[till], [shared(amount, member) for member, amount in items]
        self.sequences[till] += len(items)
        totals = [sum(getattr(one, name) for one in bought) for name in Shares.__slots__]
        words = [ITEM.pack(bytes(16), amount, member, self.today) for member, amount in items]
        self.tell(PurchasesRecorded(till, merchant_of(till), first, TOTALS.pack(*totals), b"".join(words)))
        self.owed[merchant_of(till)] += totals[0]
        self.sales += [
            Sale(till, first, first + index, member, self.today, amount)
            for index, (member, amount) in enumerate(items)
        ]

    def refund(self, sale: Sale, amount: int) -> None:
        """Refund a part of a sale; free money bears what its pockets lack."""
        undone = undo(sale.left, sale.left - amount, RATE, SPLIT, sale.member == 0)
        held = self.pockets()
        lacking = ShortfallBorne(
            max(0, undone.operations - held[Pocket.OPERATIONS]),
            max(0, undone.reserve - held[Pocket.RESERVE]),
        )
        sequence = self.sequences[sale.till]
        self.sequences[sale.till] += 1
        signed = Refund(sale.till, sale.batch, sale.sequence, amount, self.today, bytes(16))
        totals = TOTALS.pack(undone.premium, undone.credit, undone.operations, undone.reserve)
        told = PurchaseReversed(sale.till, sequence, sale.member, signed, totals)
        self.tell(*([lacking] if sum(lacking) else []), told)
        self.owed[merchant_of(sale.till)] -= undone.premium
        sale.left -= amount

    def settle(self, merchant: int, amount: int) -> None:
        """Book a payment; what is not owed is paid ahead."""
        prepaid = amount - min(amount, max(0, self.owed[merchant]))
        self.owed[merchant] -= amount
        self.tell(PremiumsSettled(merchant, amount, prepaid, self.reference()))

    def operate(self, amount: int) -> None:
        """Pay an expense out of operations, as far as they hold it and there is cash."""
        held = self.pockets()
        amount = min(amount, held[Pocket.OPERATIONS], held[Pocket.CASH])
        if amount:
            self.tell(OperatingAllowed(amount, bytes(32)), OperatingPaid(amount, self.reference()))

    def lose(self, merchant: int, amount: int) -> None:
        """Write off a part of what a merchant owes, as far as the reserve bears it."""
        amount = min(amount, max(0, self.owed[merchant]), self.pockets()[Pocket.RESERVE])
        if amount:
            self.owed[merchant] -= amount
            self.tell(DebtWrittenOff(merchant, amount, 1))


def whole(life: Life) -> Life:
    """Live some weeks in which each flow but those of grants is met; return the same life."""
    life.buy(BAKER_TILL, (1, 10_000), (2, 3_333), (0, 5_555))
    life.buy(SMITH_TILL, (1, 2_000_000), (3, 70_000))
    life.wait(20)
    life.settle(SMITH, 100_000)
    _redeem(life)
    _lend(life)
    life.operate(500)
    life.operate(10**9)
    life.lose(BAKER, 300)
    life.wait(20)
    life.refund(life.sales[3], 1_500_000)
    life.refund(life.sales[2], 5_555)
    life.buy(SMITH_TILL, (2, 90_000))
    return life


def _redeem(life: Life) -> None:
    """A redemption is approved, paid in part and dropped; another is dropped before."""
    paid = life.reference()
    life.tell(RedemptionRequested(1, 1, 0, 900, HASH), RedemptionAttested(1, HASH, b"\1" * 20))
    life.tell(RedemptionBacked(900), RedemptionApproved(1, b"\2" * 20))
    life.tell(RedemptionPaid(1, 400, paid), RedemptionInstalment(1, 400, paid))
    life.tell(RedemptionReleased(500), RedemptionDropped(1, 500))
    life.tell(RedemptionRequested(2, 2, 1, 10, HASH), RedemptionDropped(2, 10))


def _lend(life: Life) -> None:
    """A loan is released, and lost in parts that each pocket bears, as are debts."""
    call = FOUNDED[-1]
    life.tell(call, *LENT[len(FOUNDED) :])
    for version, bearer in enumerate((0, 2, 1), 2):
        rules = OutflowRulesPublished(version, TERMS._replace(debt_pocket=bearer, loan_pocket=bearer))
        life.tell(rules, LoanLossBooked(100, bearer), LoanWrittenOff(1, 100))
        life.tell(DebtWrittenOff(BAKER, 10, bearer))
        life.owed[BAKER] -= 10


def merchant_of(till: int) -> int:
    """Return the merchant whose till this is."""
    return BAKER if till == BAKER_TILL else SMITH


def shared(amount: int, member: int) -> Shares:
    """Return what a sale brings."""
    return shares(amount, RATE, SPLIT, anonymous=member == 0)


def sums(entries: Sequence[Entry], block: int) -> dict[Pocket, int]:
    """Return what the lines up to a block add up to, by pocket, as the balance sheet tells it.

    Not by the way of the journal itself: here the accounts of each pocket are added up.
    """
    found = dict.fromkeys(Pocket, 0)
    for entry in entries:
        if 0 < entry.block <= block:
            for line in entry.lines:
                is_asset = line.account.pocket in {Pocket.CASH, Pocket.RECEIVABLE, Pocket.LOANS}
                found[line.account.pocket] += line.amount if is_asset else -line.amount
    return found
