"""The roll of a vote: members as they stood when it was called, and the keys that sign for them."""

from dataclasses import dataclass
from typing import Final, Self

from endogene_token.chain.calls import Ledger
from endogene_token.chain.views import Category, MemberKind
from endogene_token.errors import KeyFormatError, LedgerRefusal, SignatureError
from endogene_token.signers import check_signature

NOW: Final = 2**32 - 1
"""An epoch that no roll call has closed: the roll as it stands."""
_IS_ADDRESS: Final = 1 << 12
_DAY: Final = 2**24 - 1


@dataclass(frozen=True, slots=True)
class RollEntry:
    """A member on a roll: valid on the days `[valid_from, valid_until)`.

    `key` is an address, or the fingerprint of a longer key, or 20 zeros for none.
    """

    kind: MemberKind
    category: Category
    valid_from: int
    valid_until: int
    key: bytes
    is_address: bool

    @classmethod
    def read(cls, word: bytes) -> Self:
        """Return what a word of the register's tells; see `contracts/types/RollEntry.sol`."""
        number = int.from_bytes(word)
        return cls(
            kind=MemberKind(number >> 8 & 0xF),
            category=Category(number & 0xFF),
            valid_from=number >> 40 & _DAY,
            valid_until=number >> 16 & _DAY,
            key=word[:20],
            is_address=bool(number & _IS_ADDRESS),
        )

    def valid_on(self, day: int) -> bool:
        """Return whether the member is valid on a day; a number that was never admitted never is."""
        return self.valid_from <= day < self.valid_until


def roll_entry(ledger: Ledger, member: int, epoch: int = NOW) -> RollEntry:
    """Return a member as the roll call that closed `epoch` found it; all zeros for nobody."""
    return RollEntry.read(ledger.read([("Membership", "rollEntries", ([member.to_bytes(32)], epoch))])[0][0])


def key_of(ledger: Ledger, entry: RollEntry) -> bytes:
    """Return the key of a member on a roll: 20 bytes, more for ERC-7913, or none."""
    fingerprint = int.from_bytes(entry.key)
    if entry.is_address:
        return entry.key
    return bytes(ledger.read([("Membership", "longKey", (fingerprint,))])[0]) if fingerprint else b""


def is_signed(ledger: Ledger, key: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether `key` signed, as the assembly decides it; only a wallet on the chain is asked there."""
    if not key:
        return False
    try:
        check_signature(key, digest, signature)
    except (SignatureError, KeyFormatError):  # the latter: a point that is on no curve
        pass
    else:
        return True
    try:
        return bool(ledger.read([("Assembly", "isSigned", (key, digest, signature))])[0])
    except LedgerRefusal:
        return False
