"""The service's problems (RFC 9457), turned back into the errors of this project."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec

from endogene_token.errors import EndogeneError, OverloadedError, ServiceError
from endogene_token.sdk.effects import Reply

_TOO_MANY_REQUESTS: Final = 429
_STANDARD: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "advice"})


def problem(reply: Reply) -> EndogeneError:
    """Return the error that a reply of status 400 or more tells.

    Its `code` names the class; `actual`, `limit` and further members come as strings, as the service wrote
    them. A code of a newer service, or no problem at all, gives a ServiceError that shows what there is.
    """
    told = _members(reply.body)
    kind = by_code().get(str(told.get("code")))
    if kind is None:
        return _unknown(reply, told)
    return kind(**{"actual": None, **{name: told[name] for name in told if name not in _STANDARD}})


@cache
def by_code() -> dict[str, type[EndogeneError]]:
    """Return every error class by its code."""
    return {kind.code: kind for kind in _classes(EndogeneError)}


def _classes(kind: type[EndogeneError]) -> Iterator[type[EndogeneError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _classes(child)


def _members(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _unknown(reply: Reply, told: dict[str, Any]) -> EndogeneError:
    if reply.status == _TOO_MANY_REQUESTS:
        limit = reply.headers.get("ratelimit-limit", "?")
        return OverloadedError(actual=reply.headers.get("retry-after", "?"), limit=limit)
    said = told.get("detail") or told.get("title") or f"HTTP {reply.status}"
    return ServiceError(actual=said, status=reply.status)
