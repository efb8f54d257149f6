"""The last defence: a line at which the program itself fails is told as refused, and ends nothing."""

import traceback

import structlog

from endogene_token.errors import AgentFaultError

log = structlog.get_logger()


def fault_of(error: Exception) -> AgentFaultError:
    """Return what tells an error that nobody foresaw, and log where it arose.

    Neither repeats its message: that could quote a card or a telephone number.
    """
    name = type(error).__name__
    *_, frame = traceback.extract_tb(error.__traceback__)
    log.error("till.line.failed", error=name, at=f"{frame.filename}:{frame.lineno}")
    return AgentFaultError(actual=name)
