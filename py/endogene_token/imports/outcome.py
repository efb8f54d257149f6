"""What became of a journal's lines on the ledger, read from the read model, and the file of those refused."""

import csv
import errno
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.errors import DataFolderError, DiskFullError, EndogeneError
from endogene_token.indexer.models import Purchase, Refusal, Reversal
from endogene_token.reasons import RefusalReason
from endogene_token.spreadsheet import inert

COLUMNS: Final = ("line", "invoice", "code", "reason", "actual", "limit")


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that moved no money, and why, in the reader's language."""

    line: int
    invoice: str
    code: str
    reason: str
    actual: str
    limit: str

    @classmethod
    def of(cls, line: int, invoice: str, error: EndogeneError, lang: str) -> "RefusedLine":
        """Return the line that `error` refused."""
        told = error.as_dict(lang)
        reason = f"{told['what']} {told['advice']}"
        return cls(line, invoice, error.code, reason, told["actual"] or "", told["limit"] or "")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger holds of a journal; premiums and credits in minor units, less what refunds undid."""

    sales: int
    returns: int
    anonymous: int
    premiums: int
    credits: int
    refused: tuple[RefusedLine, ...]


def recorded(engine: Engine, till: int, lines: Mapping[int, tuple[int, str]], lang: str) -> Recorded:
    """Return what became of `lines`: by sequence of the till, the line's number and its invoice."""
    with Session(engine) as session:
        sales = session.exec(
            select(Purchase.sequence, Purchase.member, Purchase.premium, Purchase.credit).where(
                Purchase.till == till, Purchase.reason == 0
            )
        ).all()
        returns = session.exec(
            select(Reversal.sequence, Reversal.premium, Reversal.credit).where(
                Reversal.till == till, Reversal.reason == 0
            )
        ).all()
        refusals = session.exec(
            select(Refusal).where(Refusal.till == till).order_by(col(Refusal.sequence))
        ).all()
    ours = [row for row in sales if row[0] in lines]
    undone = [row for row in returns if row[0] in lines]
    return Recorded(
        sales=len(ours),
        returns=len(undone),
        anonymous=sum(1 for row in ours if row[1] == 0),
        premiums=sum(row[2] for row in ours) - sum(row[1] for row in undone),
        credits=sum(row[3] for row in ours) - sum(row[2] for row in undone),
        refused=tuple(_refused(one, lines[one.sequence], lang) for one in refusals if one.sequence in lines),
    )


def _refused(refusal: Refusal, line: tuple[int, str], lang: str) -> RefusedLine:
    reason = RefusalReason(refusal.reason)
    return RefusedLine(*line, reason.code, reason.sentence(lang), refusal.actual, refusal.limit)


def by_reason(refused: Iterable[RefusedLine]) -> dict[str, int]:
    """Return how many lines each code refused, the most frequent first."""
    return dict(Counter(one.code for one in refused).most_common())


def write_refused(path: Path, refused: Iterable[RefusedLine]) -> None:
    """Write the file of refused lines, whole or not at all. Raises DataFolderError, DiskFullError."""
    draft = path.with_name(f"{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for one in refused:
                cells = (one.invoice, one.code, one.reason, one.actual, one.limit)
                writer.writerow((one.line, *map(inert, cells)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(actual=path.parent) from error
        raise DataFolderError(actual=path.parent) from error
