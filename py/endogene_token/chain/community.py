"""The file that says where a community's contracts stand."""

import os
from pathlib import Path
from typing import Self

import msgspec

from endogene_token.chain.artifacts import Name
from endogene_token.errors import DataFolderError, NotDeployedError, SettingError


class Community(msgspec.Struct, frozen=True):
    """Where a community's contracts stand: checksummed addresses of the proxies.

    `passkey_verifier` has no proxy: it begins the registered key of a member who signs with a passkey.

    `founding_block` is the first block that holds a log of theirs, `founding_hash` its hash: together with
    `chain_id` they tell this chain from every other.
    """

    name: str
    chain_id: int
    membership: str
    credit: str
    fund: str
    rulebook: str
    assembly: str
    board: str
    projects: str
    currency: str
    redemptions: str
    passkey_verifier: str
    founding_block: int
    founding_hash: str

    def address(self, name: Name) -> str:
        """Return the address of a contract, which must be one of its own."""
        return {
            "Membership": self.membership,
            "CommunityCredit": self.credit,
            "CommunityFund": self.fund,
            "Rulebook": self.rulebook,
            "Assembly": self.assembly,
            "Board": self.board,
            "ProjectBook": self.projects,
            "ProjectCurrency": self.currency,
            "RedemptionDesk": self.redemptions,
        }[name]

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all. Raises DataFolderError."""
        draft = path.with_suffix(".draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise DataFolderError(actual=path.parent) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what `save` wrote. Raises NotDeployedError, and SettingError for a damaged file."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except OSError as error:
            raise NotDeployedError(actual=path) from error
        except msgspec.DecodeError as error:
            raise SettingError(field="community", actual=path, limit=str(error)) from error
