"""Where one till's agent keeps its outbox, its token and its address: a folder for its owner only."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from endogene_token.errors import DataFolderError, KeyExistsError
from endogene_token.keyfile import keep_private, read_key_file, write_key_file

_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of till `till` under `root`."""

    root: Path
    till: int

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.root / f"till-{self.till}"

    @property
    def outbox(self) -> Path:
        """The outbox."""
        return self.folder / "outbox.sqlite"

    @property
    def token(self) -> Path:
        """The file of the token, mode 600: who may read it may record sales."""
        return self.folder / "token"

    @property
    def address(self) -> Path:
        """The file with the address at which the agent answers, while it does."""
        return self.folder / "address"

    def prepare(self) -> None:
        """Make the folder, or close one that others may enter. Raises DataFolderError."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            keep_private(self.folder)
        except OSError as error:
            raise DataFolderError(actual=self.folder) from error

    def make_token(self) -> str:
        """Return the token, made at the first use. Raises KeyExposedError when others may read its file."""
        if not self.token.exists():
            with suppress(KeyExistsError):  # made meanwhile, by another agent that is starting
                write_key_file(self.token, secrets.token_hex(_TOKEN_BYTES))
        return read_key_file(self.token)
