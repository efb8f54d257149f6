"""Where a machine keeps its community."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

from endogene_token.errors import DataFolderError, KeyExistsError
from endogene_token.sdk import TillKey

LEAST_ROOM: Final = 1 << 16  # bytes: a few pages of a database


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder: `chain/`, `keys/`, `outbox/`, the databases, and the file of the community."""

    root: Path

    def make(self) -> None:
        """Create the folder, readable by its owner only. Raises DataFolderError."""
        try:
            for folder in (self.root, self.keys, self.outboxes):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise DataFolderError(actual=self.root) from error

    def full(self) -> bool:
        """Return whether the disk of the folder has no room left to write to."""
        try:
            return shutil.disk_usage(self.root).free < LEAST_ROOM
        except OSError:
            return False

    @property
    def chain(self) -> Path:
        """The journal of the embedded chain."""
        return self.root.joinpath("chain")

    @property
    def community(self) -> Path:
        """The file that says where the contracts stand; absent before the founding."""
        return self.root.joinpath("community.json")

    @property
    def keys(self) -> Path:
        """One file a key, of officers and of tills."""
        return self.root.joinpath("keys")

    @property
    def outboxes(self) -> Path:
        """One outbox a till."""
        return self.root.joinpath("outbox")

    @property
    def chart(self) -> Path:
        """The community's own chart of accounts; absent: one of those that come with the program."""
        return self.root.joinpath("chart.toml")

    @property
    def imports(self) -> Path:
        """What the imports of journals remember."""
        return self.root.joinpath("imports.sqlite")

    @property
    def service(self) -> Path:
        """The file that names the API that serves this folder now."""
        return self.root.joinpath("api.json")

    def outbox(self, till: int) -> Path:
        """Return the outbox of a till."""
        return self.outboxes.joinpath(f"till-{till}.sqlite")

    def key(self, name: str) -> TillKey:
        """Return the key of this name, made at first use. Raises KeyExposedError, KeyFormatError."""
        path = self.keys.joinpath(f"{name}.key")
        if not path.exists():
            with suppress(KeyExistsError):  # another process made it meanwhile
                TillKey.generate().save(path)
        return TillKey.from_file(path)

    def account(self, name: str) -> LocalAccount:
        """Return the account of this name, its key made at first use."""
        self.key(name)
        account: LocalAccount = Account.from_key(self.keys.joinpath(f"{name}.key").read_text("ascii").strip())
        return account
