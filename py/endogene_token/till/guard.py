"""Who may call the agent: programs of this machine that can read its token, and no page of the web.

A page that a browser shows may send requests to this machine, under a name that its own server makes point
here. Its requests carry another Host, or an Origin, and never the token.
"""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from endogene_token.errors import AgentTokenError, ForeignSiteError, ListenError

HEADER: Final = "x-endogene-token"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the agent listens: this machine only."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address that `text` writes, such as ``127.0.0.1:8787``. Raises ListenError."""
        try:
            parts = urlsplit(f"//{text}")
            host, port = parts.hostname or "", parts.port
            is_own = host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError as error:
            raise ListenError(actual=text) from error
        if not is_own or port is None or parts.netloc != text or parts.username is not None:
            raise ListenError(actual=text)
        return cls(host, port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks the headers of a request."""

    address: Address
    token_file: Path
    token: str = field(repr=False)

    def check(self, headers: Mapping[str, str]) -> None:
        """Raise ForeignSiteError or AgentTokenError unless the request comes from a program of this machine.

        `headers` by their names in lower case.
        """
        own = {str(self.address), f"localhost:{self.address.port}"}
        host = headers.get("host", "")
        if host.lower() not in own:
            raise ForeignSiteError(actual=host or "∅", limit=self.address)
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{one}" for one in own}:
            raise ForeignSiteError(actual=origin, limit=self.address)
        given = headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self.token.encode()):
            raise AgentTokenError(limit=self.token_file)
