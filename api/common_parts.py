"""What the description says of every operation: the version, the limits, and the key of a POST."""

from typing import Any, Final

from api.door import CALLER, NETWORK
from api.errors import PROBLEM
from api.idempotency import HEADER, LONGEST, REPLAYED
from api.versions import HEADER as VERSION
from api.versions import NEWEST, VERSIONS

_VERSION: Final = {
    "name": VERSION,
    "in": "header",
    "required": False,
    "description": f"The version to answer in; left out: the newest, {NEWEST}.",
    "schema": {"type": "string", "enum": list(VERSIONS)},
}
_KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": f"What names this request: sent again with it within thirty days, the same request is not "
    f"done again but answered as it was, with the header {REPLAYED}.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
}
_LIMITS: Final = {
    name: {"description": told, "schema": {"type": "string"}}
    for name, told in {
        "RateLimit-Policy": f'How many requests (q) in how many seconds (w), for the "{CALLER}" or its '
        f'"{NETWORK}".',
        "RateLimit": "How many are left (r), and in how many seconds there are more (t).",
        "Retry-After": "Seconds to wait.",
    }.items()
}
_REFUSED: Final = {"400": "No such version, or no idempotency key", "429": "Too many requests"}
_OF_KEYS: Final = ("/v1/webhooks", "/v1/events")
_OPEN: Final = ("/v1/events/types", "/v1/problems")
_UNPROVEN: Final = {"401": "The key opens nothing", "403": "The key has not the scope"}


def tell_common(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add to an operation what holds for all of them, and for those that take a key of the API alone."""
    given = [one for one in operation.get("parameters", []) if one["name"].lower() != "authorization"]
    operation["parameters"] = [*given, _VERSION, *([_KEY] if method == "post" else [])]
    refused = dict(_REFUSED)
    if path.startswith(_OF_KEYS) and not path.startswith(_OPEN):
        refused |= _UNPROVEN
        operation["security"] = [{"key": []}, {"session": []}, *([{}] if path == "/v1/events" else [])]
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, what in refused.items():
        operation["responses"].setdefault(status, {"description": what, "content": content})
    operation["responses"]["429"] = {
        "description": _REFUSED["429"],
        "content": content,
        "headers": _LIMITS,
    }
