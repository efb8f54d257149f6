"""The one line that a supervised node writes to its parent: where it answers, or why it cannot."""

from typing import Final

import msgspec

from endogene_token import errors
from endogene_token.chain.node.records import NodeRecord
from endogene_token.errors import ChainError, EndogeneError


class ErrorReport(msgspec.Struct, frozen=True):
    """An error of the child, told by name and values, so that the parent raises the same one."""

    name: str
    actual: str | None
    limit: str | None
    params: dict[str, str]


class Line(msgspec.Struct, frozen=True):
    """Exactly one of the two is there."""

    ready: NodeRecord | None = None
    error: ErrorReport | None = None


ENCODER: Final = msgspec.json.Encoder()
DECODER: Final = msgspec.json.Decoder(Line)


def ready_line(record: NodeRecord) -> str:
    """Return the line of a node that answers."""
    return ENCODER.encode(Line(ready=record)).decode()


def error_line(error: EndogeneError) -> str:
    """Return the line of a node that cannot start."""
    params = {name: str(value) for name, value in error.params.items()}
    report = ErrorReport(type(error).__name__, _text(error.actual), _text(error.limit), params)
    return ENCODER.encode(Line(error=report)).decode()


def rebuilt(report: ErrorReport) -> EndogeneError:
    """Return the error that a child reported, of its own class."""
    kind = getattr(errors, report.name, ChainError)
    error: EndogeneError = kind(actual=report.actual, limit=report.limit, **report.params)
    return error


def _text(value: object) -> str | None:
    return None if value is None else str(value)
