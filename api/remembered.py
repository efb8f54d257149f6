"""What is computed of the whole read model, kept until its next event: the public asks for it."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar, cast

from sqlmodel import Session, col, select

from endogene_token.indexer.models import Event

MOST: Final = 64
"""Answers kept at once: years are asked for by whoever likes."""
_NONE: Final = object()
Answer = TypeVar("Answer")


class Remembered:
    """Answers by their question, of one state of the read model. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._place: tuple[bytes, int] | None = None
        self._answers: dict[Hashable, Any] = {}

    def of(self, session: Session, question: Hashable, compute: Callable[[], Answer]) -> Answer:
        """Return what `compute` tells of what `session` reads, computed once until an event follows.

        Two that ask at once may both compute it: waiting for one another would hold their sessions.
        """
        answers = self._answers_at(place_of(session))
        answer: Answer | object = answers.get(question, _NONE)
        if answer is _NONE:
            answer = compute()
            with self._lock:
                if len(answers) >= MOST:
                    answers.clear()
                answers[question] = answer
        return cast(Answer, answer)

    def _answers_at(self, place: tuple[bytes, int] | None) -> dict[Hashable, Any]:
        """Return the answers of a state: who read an older one writes into a dictionary that is let go."""
        with self._lock:
            if place != self._place:
                self._place, self._answers = place, {}
            return self._answers


def newest_event(session: Session) -> Event | None:
    """Return the last event of the read model, found by its key; None before the first."""
    newest = (col(Event.block_number).desc(), col(Event.log_index).desc())
    return session.exec(select(Event).order_by(*newest).limit(1)).first()


def place_of(session: Session) -> tuple[bytes, int] | None:
    """Return the last event's place; with the block's hash, since a chain may take a block back."""
    last = newest_event(session)
    return None if last is None else (last.block_hash, last.log_index)
