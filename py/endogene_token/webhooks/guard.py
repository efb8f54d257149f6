"""Where nothing is delivered: to this machine and its neighbours, and to what only looks like elsewhere.

An endpoint is an address that a stranger chose, and this server calls it from inside of its own network.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from endogene_token.errors import AddressRefusedError, NameUnresolvedError, WebhookUrlError
from endogene_token.i18n import mark

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]
"""Gives the addresses of a name; raises OSError for a name that has none."""

REFUSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        # Beyond what is private, link-local, multicast or reserved, which `is_global` knows:
        "100.64.0.0/10",  # shared by carriers; a cloud's metadata stands at 100.100.100.200
        "168.63.129.16/32",  # a cloud's own services, at an address that looks public
        "192.88.99.0/24",  # relays of 6to4
        "192.0.0.0/24",
        "198.18.0.0/15",
        "::/96",  # IPv4 inside of IPv6, in all its forms
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",  # the old site-local
        "3fff::/20",
        "5f00::/16",
    )
)
NOT_HTTPS: Final = mark("it is no https address")
WITH_NAME: Final = mark("it holds a name, a password or a fragment")
NOT_A_HOST: Final = mark("it names no host or port")
NOT_PUBLIC: Final = mark("it is private, local, shared or reserved")


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the web, taken apart; `path` with its query."""

    is_secure: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides where may be delivered; `allows_loopback`: to this machine too, and there without https."""

    allows_loopback: bool = False

    def target(self, url: str) -> Target:
        """Return where a URL leads, as far as the text tells. Raises WebhookUrlError."""
        target = _parsed(url)
        literal = _literal(target.host)
        is_own = self.allows_loopback and (target.host == "localhost" or _is_loopback(literal))
        if not target.is_secure and not is_own:
            raise WebhookUrlError(actual=url, limit=NOT_HTTPS)
        if literal is not None and not self.is_allowed(literal):
            raise WebhookUrlError(actual=url, limit=NOT_PUBLIC)
        return target

    def is_allowed(self, address: Address) -> bool:
        """Return whether an address is one of the public internet, or this machine's if that is allowed."""
        if _is_loopback(address):
            return self.allows_loopback
        if any(address in network for network in REFUSED if network.version == address.version):
            return False
        return address.is_global and not address.is_multicast and not address.is_reserved

    def addresses(self, target: Target, resolve: Resolver) -> list[str]:
        """Return the addresses of a target, asked for once: what is connected to is what was checked.

        One bad address among good ones is an attempt to get it used: then none is. Raises
        NameUnresolvedError, AddressRefusedError.
        """
        try:
            found = resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise NameUnresolvedError(actual=target.host) from error
        if not found:
            raise NameUnresolvedError(actual=target.host)
        for one in found:
            literal = _literal(one)
            if literal is None or not self.is_allowed(literal):
                raise AddressRefusedError(actual=one, limit=NOT_PUBLIC)
            if not target.is_secure and not _is_loopback(literal):
                raise AddressRefusedError(actual=one, limit=NOT_HTTPS)
        return found


def in_time(resolve: Resolver, seconds: float) -> Resolver:
    """Return a resolver that gives up after `seconds`, by TimeoutError: the system's own knows no such bound.

    The thread that still asks ends by itself, with the system's patience; it keeps nothing waiting, not even
    the end of the service.
    """

    def asked(host: str, port: int) -> list[str]:
        answer: Future[list[str]] = Future()

        def ask() -> None:
            try:
                answer.set_result(resolve(host, port))
            except Exception as error:  # noqa: BLE001  # raised to whoever waits
                answer.set_exception(error)

        threading.Thread(target=ask, name="webhook-name", daemon=True).start()
        return answer.result(seconds)

    return asked


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses that the system has for a name, without repetitions."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _parsed(url: str) -> Target:
    if not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        raise WebhookUrlError(actual=url, limit=NOT_A_HOST)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WebhookUrlError(actual=url, limit=NOT_A_HOST) from error
    if parts.scheme not in {"https", "http"}:
        raise WebhookUrlError(actual=url, limit=NOT_HTTPS)
    if "@" in parts.netloc or "#" in url:
        raise WebhookUrlError(actual=url, limit=WITH_NAME)
    if not host or "%" in host or port == 0:
        raise WebhookUrlError(actual=url, limit=NOT_A_HOST)
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_secure, host, port or (443 if is_secure else 80), path)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_loopback(address: Address | None) -> bool:
    return address is not None and address.is_loopback
