"""A key that stays outside of this process: in a hardware wallet, on another machine, behind another program.

What is to be signed goes out as JSON (see `request`), the signature comes back and is checked against the
key before anyone uses it.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from eth_hash.auto import keccak

from endogene_token.errors import (
    DataFolderError,
    DeviceRefusedError,
    DeviceUnavailableError,
    SignatureAwaitedError,
)
from endogene_token.signers.base import check_signature
from endogene_token.signers.messages import Message, digest
from endogene_token.signers.request import answered_signature, signing_request
from endogene_token.typed_data import SigningDomain

_NAME_LETTERS: Final = 16


class Device(Protocol):
    """The way to a key and back."""

    def ask(self, request: bytes) -> bytes:
        """Return the answer to this request."""


class DeviceSigner:
    """Signs through a device, which never gives its key away."""

    __slots__ = ("_device", "_key")

    def __init__(self, key: bytes, device: Device) -> None:
        """Take the key that the register holds (20 or 84 bytes) and the way to the device."""
        self._key = key
        self._device = device

    @property
    def key(self) -> bytes:
        """The key that the register holds."""
        return self._key

    def sign(self, message: Message, domain: SigningDomain) -> bytes:
        """Return the device's signature of this message. Raises DeviceError, SignatureError."""
        answer = self._device.ask(signing_request(self._key, message, domain))
        signature = answered_signature(answer)
        check_signature(self._key, digest(message, domain), signature)
        return signature


class CommandDevice:
    """A program that reads the request on its standard input and writes the answer to its standard output."""

    __slots__ = ("_command", "_timeout_seconds")

    def __init__(self, command: Sequence[str], timeout_seconds: int = 120) -> None:
        """Take the program and its arguments; the holder has `timeout_seconds` to agree."""
        self._command = tuple(command)
        self._timeout_seconds = timeout_seconds

    def ask(self, request: bytes) -> bytes:
        """Return what the program answers. Raises DeviceUnavailableError, DeviceRefusedError."""
        try:
            ended = subprocess.run(
                self._command, input=request, capture_output=True, timeout=self._timeout_seconds, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DeviceUnavailableError(actual=self._command[0], limit=self._timeout_seconds) from error
        if ended.returncode:
            told = ended.stderr.decode(errors="replace").strip()
            raise DeviceRefusedError(actual=ended.returncode, message=told or "-")
        return ended.stdout


class FileExchange:
    """Two files in a folder, for a machine without a network: the request goes, the answer is brought back.

    Their names begin with the hash of the request: the answer to one is never taken for that to another.
    """

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        """Take an existing folder, for instance that of a memory stick."""
        self._folder = folder

    def ask(self, request: bytes) -> bytes:
        """Return the answer brought back for this request; write the request when there is none yet.

        Raises SignatureAwaitedError, which tells both paths, and DataFolderError.
        """
        name = keccak(request).hex()[:_NAME_LETTERS]
        asked = self._folder / f"{name}.request.json"
        answer = self._folder / f"{name}.signature.json"
        try:
            if answer.exists():
                return answer.read_bytes()
            asked.write_bytes(request)
        except OSError as error:
            raise DataFolderError(actual=self._folder) from error
        raise SignatureAwaitedError(actual=asked, limit=answer)
