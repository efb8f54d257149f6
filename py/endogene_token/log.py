"""One set-up of structured logs: for machines as JSON lines, for people in columns."""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure(level: str, json: bool) -> None:
    """Send every log line of at least `level` ("debug" to "critical") to stderr, as JSON or for a terminal.

    Standard output stays free for what a command answers. Times are UTC. KeyError: an unknown level.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    last = _for_machines() if json else _for_people()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


# Warning: both of structlog's default tracebacks print local variables; ours hold keys and salts.


def _for_machines() -> list[Processor]:
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(transformer),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _for_people() -> list[Processor]:
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
