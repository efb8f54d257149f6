"""The kinds of columns of the read model."""

from typing import Any

from sqlalchemy import BigInteger, Dialect, LargeBinary, TypeDecorator
from sqlmodel import Field


class Uint64(TypeDecorator[int]):
    """An unsigned number of 64 bits in a signed column: the same bits.

    Only for what may pass 2^63: a till may sign any amount, to be refused; a treasurer may book any payment.
    In SQL, sum only amounts that were not refused. What the contracts hold in 48 bits needs no such care.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return None if value is None else signed(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> int | None:
        return None if value is None else value % 2**64


def signed(value: int) -> int:
    """Return the signed number that has the 64 bits of `value`. Raises OverflowError for more than 64."""
    return int.from_bytes(value.to_bytes(8), signed=True)


def whole(*, key: bool = False, unsigned: bool = False, default: str | None = None) -> Any:
    """Return a column of 64 bits."""
    kind = Uint64 if unsigned else BigInteger
    extra = {"autoincrement": False} if key else {"server_default": default}
    return Field(primary_key=key, sa_type=kind, nullable=False, sa_column_kwargs=extra)


def raw(length: int | None = None, *, key: bool = False) -> Any:
    """Return a column of bytes."""
    return Field(primary_key=key, sa_type=LargeBinary(length), nullable=False)
