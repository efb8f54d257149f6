"""What is asked and answered about monthly statements. Amounts are strings of minor units."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas import Given, Told, example
from endogene_token.hexes import to_hex
from endogene_token.treasury.statements.document import StatementDocument
from endogene_token.treasury.statements.models import IssuedStatement

_SUMMARY = {
    "number": "2026-000123",
    "merchant": 4,
    "month": "2026-10",
    "issued_at": 1793628000,
    "tax": "50693",
    "due": "307459",
    "payable": "0",
    "sha256": "0x" + "4c" * 32,
}


class StatementTold(Told):
    """An issued statement in one line; `due` by the merchant or `payable` to it."""

    model_config = ConfigDict(json_schema_extra=example(**_SUMMARY))

    number: str
    merchant: int
    month: str
    issued_at: int
    tax: str
    due: str
    payable: str
    sha256: str

    @classmethod
    def of(cls, row: IssuedStatement) -> "StatementTold":
        """Return a row as it is told."""
        return cls(
            number=row.number,
            merchant=row.merchant,
            month=row.month,
            issued_at=row.issued_at,
            tax=str(row.tax),
            due=str(row.due),
            payable=str(row.payable),
            sha256=to_hex(row.sha256),
        )


class StatementsTold(Told):
    """The statements of a merchant, the newest first."""

    model_config = ConfigDict(json_schema_extra=example(items=[_SUMMARY]))

    items: list[StatementTold]


class IssueGiven(Given):
    """The month whose statements are issued."""

    model_config = ConfigDict(json_schema_extra=example(month="2026-10"))

    month: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}$", description="Year and month.")]


class IssueTold(Told):
    """The statements of a month; `is_new` is false when they had been issued before."""

    model_config = ConfigDict(json_schema_extra=example(month="2026-10", is_new=True, items=[_SUMMARY]))

    month: str
    is_new: bool
    items: list[StatementTold]


__all__ = ["IssueGiven", "IssueTold", "StatementDocument", "StatementTold", "StatementsTold"]
