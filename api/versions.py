"""The versions of this API: a caller pins one, and it stays as it was described."""

from typing import Final

from endogene_token.errors import ApiVersionError

HEADER: Final = "Endogene-Version"
VERSIONS: Final = ("2026-11-01",)
"""From the oldest to the newest."""
NEWEST: Final = VERSIONS[-1]


def version_of(given: str | None) -> str:
    """Return the version that a request is answered in. Raises ApiVersionError."""
    if given is None:
        return NEWEST
    if given not in VERSIONS:
        raise ApiVersionError(actual=given, limit=", ".join(VERSIONS))
    return given
