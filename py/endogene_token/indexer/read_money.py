"""What the read model says of the money that goes out, at one moment."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Connection, RowMapping, func, select
from sqlmodel import SQLModel

from endogene_token.hexes import to_hex
from endogene_token.indexer import money_models as mm
from endogene_token.indexer import project_models as pm
from endogene_token.indexer.differences import Difference, Rows, each_field, rows_of
from endogene_token.indexer.events import Decoder
from endogene_token.indexer.models import Batch, Merchant, Pockets, Reversal, table_of
from endogene_token.indexer.retold import Key, Retold, retold

MODELS: Final[tuple[type[SQLModel], ...]] = (
    *(pm.IssueList, pm.ProjectCall, pm.Project, pm.ProjectPartner, pm.ProjectFact, pm.ProjectRelation),
    *(pm.ProjectTranche, pm.ProjectLine, pm.CoFinancing, pm.CoFinancingPledge, pm.LoanRepayment),
    *(mm.OutflowRulesVersion, mm.Attestation, mm.OperatingAllowance, mm.OperatingPayment, mm.WriteOff),
    *(mm.Shortfall, mm.Spending, mm.SpendingReturn, mm.MerchantPayment, mm.MerchantHolding, mm.Netting),
    *(mm.CashRequest, mm.Redemption, mm.RedemptionPayment),
)
TOLD_BY_VIEWS: Final = (pm.ProjectPartner, pm.ProjectFact, pm.ProjectLine, mm.MerchantHolding)
"""Of these the chain's views tell everything."""


@dataclass(frozen=True, slots=True)
class ReadMoney:
    """The tables by their models, and the rows as the events alone tell them."""

    tables: Mapping[type[SQLModel], Rows]
    merchants: Rows
    pockets: RowMapping
    shares: Mapping[str, int]
    """What purchases brought the pockets of their shares, less what their refunds took back."""
    told: Retold

    @classmethod
    def read(cls, connection: Connection, decoder: Decoder) -> Self:
        """Return what the transaction of `connection` sees."""
        tables = {model: rows_of(connection, model) for model in MODELS}
        [pockets] = rows_of(connection, Pockets)
        merchants, told = rows_of(connection, Merchant), retold(connection, decoder)
        return cls(tables, merchants, pockets, _shares(connection), told)

    def rows(self, model: type[SQLModel]) -> Rows:
        """Return the rows of a table."""
        return self.tables[model]

    def by_key(self, model: type[SQLModel]) -> dict[Key, RowMapping]:
        """Return the rows of a table by their primary keys."""
        names = [column.name for column in table_of(model).primary_key]
        return {tuple(row[name] for name in names): row for row in self.tables[model]}

    def by_project(self, model: type[SQLModel]) -> dict[int, list[RowMapping]]:
        """Return the rows of a table by the project that they belong to."""
        found: defaultdict[int, list[RowMapping]] = defaultdict(list)
        for row in self.tables[model]:
            found[row["project"]].append(row)
        return found

    def total(self, model: type[SQLModel], column: str, **where: object) -> int:
        """Return the sum of a column over the rows that have these values."""
        return sum(
            row[column]
            for row in self.tables[model]
            if all(row[name] == value for name, value in where.items())
        )


def _shares(connection: Connection) -> Counter[str]:
    found: Counter[str] = Counter()
    for model, sign in ((Batch, 1), (Reversal, -1)):
        columns = [table_of(model).c[name] for name in ("operations", "reserve")]
        sums_ = connection.execute(select(*(func.sum(column) for column in columns))).one()
        for column, sum_ in zip(columns, sums_, strict=True):
            found[column.name] += sign * int(sum_ or 0)
    return found


def sums(rows: Iterable[RowMapping], key: str, column: str) -> Counter[Any]:
    """Return the sums of a column, by the values of another; 0 for any other value."""
    found: Counter[Any] = Counter()
    for row in rows:
        found[row[key]] += row[column]
    return found


def compare_retold(model: ReadMoney) -> Iterator[Difference]:
    """Compare the rows with what the events alone tell of each."""
    for kind in MODELS:
        if kind in TOLD_BY_VIEWS:
            continue
        name, told, rows = str(kind.__tablename__), model.told.get(kind, {}), model.by_key(kind)
        if kind is not pm.ProjectTranche:  # a tranche that nobody claimed is told with its plan
            yield Difference(f"{name}: rows that events tell", len(told), len(rows))
        for key, columns in told.items():
            yield from each_field(f"{name} {written(key)}", columns, rows.get(key, {}))


def written(key: Key) -> str:
    """Return a key as people write it."""
    return "-".join(to_hex(one) if isinstance(one, bytes) else str(one) for one in key)


def is_told(value: Any) -> bytes:
    """Return a hash or an address of the chain as the read model has it: empty when it is all zeros."""
    return bytes(value) if any(value) else b""
