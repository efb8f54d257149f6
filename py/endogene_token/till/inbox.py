"""The folder into which a shop's software writes: each line a sale, each file read once it is there.

    inbox/sales.csv                 written whole (renamed into the folder) or growing all day
    inbox/done/sales.csv            read to its end, and at rest; a program may still hold it open
    inbox/refused/sales.csv.….csv   its lines that could not be recorded, each with its reason

The lines are recorded as they come; moving a file only tidies up. A kill at any moment leaves files that are
read again, which changes nothing: see `lines`.
"""

import csv
import errno
import io
import itertools
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from endogene_token import crash
from endogene_token.errors import DiskFullError, EndogeneError, InboxError, InputError, UnendedLineError
from endogene_token.i18n import language
from endogene_token.sdk import Sale, TillClient
from endogene_token.sdk.sales import Draft
from endogene_token.spreadsheet import inert
from endogene_token.till.faults import fault_of
from endogene_token.till.lines import SUFFIXES, Line, Reader

DONE: Final = "done"
REFUSED: Final = "refused"
REST_SECONDS: Final = 60.0
UNENDED_SECONDS: Final = 3_600.0
_WATCHED_NS: Final = 2 * 86_400 * 10**9  # a file in done/ may still grow, held open by the shop's software
_DONE_EVERY: Final = 10  # scans
_UNFINISHED: Final = (".tmp", ".part", ".crdownload", "~")
_COLUMNS: Final = ("line", "code", "reason", "text")


@dataclass(slots=True)
class _File:
    """What is known of one file while this process runs."""

    reader: Reader
    inode: int
    size: int = -1
    changed_ns: int = 0
    changed_at: float = 0
    has_grown: bool = False
    bad: dict[int, tuple[Line, InputError]] = field(default_factory=dict)
    reported: int = 0
    """How many of the bad lines stand in the report: writing it may have failed."""


class Inbox:
    """One folder, read by one process."""

    def __init__(
        self,
        folder: Path,
        till: TillClient,
        *,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch `folder`, made when missing, for `till`. Raises InboxError."""
        self.trouble: EndogeneError | None = None
        """What kept the last step from reading all that is in the folder, or None."""
        self.folder = folder
        self._till = till
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._files: dict[Path, _File] = {}
        self._bad_lines: dict[Path, int] = {}
        self._scans = 0
        try:
            for one in (folder, folder.joinpath(DONE), folder.joinpath(REFUSED)):
                one.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InboxError(actual=folder, limit=error.strerror) from error

    @property
    def waiting(self) -> int:
        """How many files are not read to their end, or not at rest yet."""
        return len(self._entries(self.folder))

    @property
    def refused(self) -> int:
        """How many lines this process could not record."""
        return sum(self._bad_lines.values())

    def step(self) -> int:
        """Record what is new in the folder; return how many lines were read.

        Raises InboxError, and what `TillClient.record_each` raises but for single lines.
        """
        try:
            count = self._step()
        except EndogeneError as error:
            self.trouble = error
            raise
        self.trouble = self._unended()
        return count

    def _step(self) -> int:
        count, trouble = 0, None
        for path in self._watched():
            try:
                count += self._take(path)
            except OSError as error:  # one file that cannot be read holds back no other
                if not isinstance(error, FileNotFoundError) or path.exists():  # else moved away meanwhile
                    trouble = trouble or error
        if trouble is None:
            return count
        if trouble.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(actual=self.folder) from trouble
        raise InboxError(actual=self.folder, limit=trouble.strerror) from trouble

    def _watched(self) -> list[Path]:
        """Return the files of this scan, and forget those that are there no more."""
        folders = {self.folder: 0}
        if self._scans % _DONE_EVERY == 0:
            folders[self.folder.joinpath(DONE)] = time.time_ns() - _WATCHED_NS
        self._scans += 1
        watched = [one for folder, since_ns in folders.items() for one in self._entries(folder, since_ns)]
        for gone in [one for one in self._files if one.parent in folders and one not in watched]:
            del self._files[gone]
        return watched

    def _entries(self, folder: Path, since_ns: int = 0) -> list[Path]:
        """Return the files changed after `since_ns`, the oldest first: a refund follows its purchase.

        What another program takes away meanwhile is not there.
        """
        found: list[tuple[int, str]] = []
        try:
            for one in os.scandir(folder):
                with suppress(FileNotFoundError):
                    stat = one.stat(follow_symlinks=False) if _is_one(one) else None
                    if stat is not None and stat.st_mtime_ns > since_ns:
                        found.append((stat.st_mtime_ns, one.name))
        except OSError as error:
            raise InboxError(actual=folder, limit=error.strerror) from error
        return [folder.joinpath(name) for _, name in sorted(found)]

    def _unended(self) -> UnendedLineError | None:
        """Return what tells of a file whose last line may be cut: it cannot be recorded, nor left unsaid."""
        for path, known in self._files.items():
            is_cut = known.has_grown and known.reader.offset < known.size
            if is_cut and self._clock() - known.changed_at >= UNENDED_SECONDS:
                return UnendedLineError(actual=path.name, limit=int(UNENDED_SECONDS) // 60)
        return None

    def _take(self, path: Path) -> int:
        try:
            stat = path.stat()
        except FileNotFoundError:
            self._files.pop(path, None)
            return 0
        known = self._files.get(path)
        if known is None or known.inode != stat.st_ino or known.reader.was_replaced:
            known = self._files[path] = _File(Reader(path, self._header(path)), stat.st_ino)
        if (stat.st_size, stat.st_mtime_ns) != (known.size, known.changed_ns):
            known.has_grown |= known.size not in {-1, stat.st_size}
            known.size, known.changed_ns, known.changed_at = stat.st_size, stat.st_mtime_ns, self._clock()
        is_at_rest = abs(self._clock() - known.changed_at) >= self._rest_seconds
        try:
            count = self._read(known, to_the_end=is_at_rest and not known.has_grown)
        except InputError as refusal:
            if is_at_rest:
                self._refuse(known, refusal)
            return 0
        if is_at_rest and path.parent == self.folder and not known.reader.was_replaced:
            self._finish(known)
        return count

    def _read(self, known: _File, *, to_the_end: bool) -> int:
        """Record the new lines of one file; return how many there were."""
        count = 0
        while (chunk := known.reader.read(to_the_end=to_the_end)).offset > known.reader.offset:
            drafts = [line for line in chunk.lines if not isinstance(line.outcome, InputError)]
            results = self._recorded(
                [line.outcome for line in drafts if not isinstance(line.outcome, InputError)]
            )
            crash.point("till.chunk.recorded")
            self._note(known, chunk.lines, zip(drafts, results, strict=True))
            known.reader.took(chunk)
            count += len(chunk.lines)
        if len(known.bad) != known.reported:
            self._report(known)
        return count

    def _recorded(self, drafts: list[Draft]) -> list[Sale | InputError]:
        """Record these drafts together; one at which the program itself fails, apart from the others."""
        try:
            return self._till.record_each(drafts)
        except (EndogeneError, OSError, MemoryError):  # of the service or of this machine, not of a line
            raise
        except Exception as error:  # noqa: BLE001 - one odd line ends neither the others nor the agent
            if len(drafts) == 1:
                return [fault_of(error)]
            return [result for draft in drafts for result in self._recorded([draft])]

    @staticmethod
    def _note(
        known: _File, lines: Iterable[Line], recorded: Iterable[tuple[Line, Sale | InputError]]
    ) -> None:
        for line in lines:
            if isinstance(line.outcome, InputError):
                known.bad[line.number] = (line, line.outcome)
        for line, result in recorded:
            if isinstance(result, InputError):
                known.bad[line.number] = (line, result)

    def _finish(self, known: _File) -> None:
        """Tidy away a file that was read to its end; what it lacks at its end is told."""
        path = known.reader.path
        if known.reader.offset < known.size:
            return  # it grew, and its last line has not ended: it may still be written
        target = _free(self.folder.joinpath(DONE, path.name))
        path.rename(target)
        crash.point("till.file.moved")
        known.reader.path = target
        self._files[target] = self._files.pop(path)

    def _refuse(self, known: _File, refusal: InputError) -> None:
        """Set a file aside that cannot be read as a whole."""
        line = Line(known.reader.number + 1, "", refusal)
        known.bad = {**known.bad, line.number: (line, refusal)}
        self._report(known)
        path = known.reader.path
        path.rename(_free(self.folder.joinpath(REFUSED, path.name)))
        crash.point("till.file.refused")
        del self._files[path]

    def _report(self, known: _File) -> None:
        """Write, whole or not at all, which lines of a file were not recorded, and why."""
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(_COLUMNS)
        for line, error in (known.bad[number] for number in sorted(known.bad)):
            told = map(inert, (error.code, error.render(language()), line.text))
            rows.writerow((line.number, *told))
        target = self.folder.joinpath(REFUSED) / f"{known.reader.path.name}.{known.reader.mark()}.csv"
        draft = target.with_suffix(".tmp")
        draft.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
        draft.rename(target)
        crash.point("till.report.written")
        self._bad_lines[target] = known.reported = len(known.bad)

    def _header(self, path: Path) -> str:
        """Return the first line of the file of this name that was read before, or nothing."""
        before = self.folder.joinpath(DONE, path.name)
        try:
            with before.open("rb") as file:
                return file.readline(4_096).decode(errors="replace").strip("\r\n\ufeff")
        except OSError:
            return ""


def _free(path: Path) -> Path:
    """Return `path`, or a name like it that no file has yet: nothing is written over."""
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], others) if not one.exists())


def _is_one(entry: "os.DirEntry[str]") -> bool:
    """Whether it is a file of sales: neither hidden, nor being written under another name, nor a link."""
    name = entry.name.lower()
    if name.startswith(".") or name.endswith(_UNFINISHED) or not name.endswith(SUFFIXES):
        return False
    return entry.is_file(follow_symlinks=False)
