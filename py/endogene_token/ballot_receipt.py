"""The voter's receipt: what was cast, so that anyone who holds it can find the ballot on the chain again.

A receipt tells how its member voted. It is the member's own, and goes nowhere else.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from endogene_token.ballots import AssemblyDomain, Ballot, Choice, Opening, SealedBallot, commitment
from endogene_token.errors import ReceiptFileError
from endogene_token.hexes import from_hex, to_hex


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    chain_id: int
    assembly: str
    resolution: int
    member: int
    sequence: int
    choice: str
    text_hash: str
    signature: str
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class BallotReceipt:
    """A ballot as its member cast it; `salt` (32 bytes) opens it when it was cast under seal."""

    domain: AssemblyDomain
    resolution: int
    member: int
    sequence: int
    choice: Choice
    text: bytes
    signature: bytes
    salt: bytes | None = None

    @property
    def opening(self) -> Opening | None:
        """What opens the ballot after closing; None for a vote in the open."""
        return None if self.salt is None else Opening(self.choice, self.salt)

    @property
    def ballot(self) -> Ballot | SealedBallot:
        """The message that was signed."""
        if self.opening is None:
            return Ballot(self.resolution, self.member, self.choice, self.sequence, self.text)
        closed = commitment(self.resolution, self.member, self.opening)
        return SealedBallot(self.resolution, self.member, self.sequence, closed, self.text)

    def save(self, path: Path) -> None:
        """Write the receipt for its owner only, whole or not at all. Raises ReceiptFileError."""
        content = _File(
            chain_id=self.domain.chain_id,
            assembly=self.domain.assembly,
            resolution=self.resolution,
            member=self.member,
            sequence=self.sequence,
            choice=self.choice.name.lower(),
            text_hash=to_hex(self.text),
            signature=to_hex(self.signature),
            salt=None if self.salt is None else to_hex(self.salt),
        )
        draft = path.with_suffix(".draft")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123 - a handle, not a path
                file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise ReceiptFileError(actual=path, limit=error.strerror) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what `save` wrote. Raises ReceiptFileError."""
        try:
            told = msgspec.json.decode(path.read_bytes(), type=_File)
            return cls(
                AssemblyDomain(told.chain_id, told.assembly),
                told.resolution,
                told.member,
                told.sequence,
                Choice[told.choice.upper()],
                from_hex(told.text_hash),
                from_hex(told.signature),
                None if told.salt is None else from_hex(told.salt),
            )
        except (OSError, ValueError, KeyError) as error:
            raise ReceiptFileError(actual=path, limit=error) from error
