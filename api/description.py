"""The OpenAPI description: FastAPI's, with our problems in place of its own."""

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.answers import Problem
from api.common_parts import tell_common
from api.errors import PROBLEM
from api.logins import COOKIE

_STATUSES: Final = {
    "post": {"409": "Conflict", "413": "Too large", "422": "Not as described"},
    "put": {"404": "Unknown", "409": "Conflict", "413": "Too large", "422": "Not as described"},
    "delete": {"404": "Unknown", "409": "Not at this time", "422": "Not as described"},
    "get": {"404": "Unknown", "409": "Not at this time", "422": "Not as described"},
}
_OWN: Final = {"401": "Nobody proves who asks", "403": "Not yours to read"}
_OWN_PATHS: Final = (
    *("/v1/members/", "/v1/merchants/", "/v1/redemptions/", "/v1/statements/"),
    *("/v1/sales", "/v1/uploads", "/v1/connectors/"),
    *("/v1/buyers", "/v1/keys", "/v1/trail", "/v1/staff", "/v1/passkeys", "/v1/sessions"),
)
_KEYED: Final = re.compile("^/v1/(buyers|keys|trail|sales|uploads|connectors)|/(cards|phone)(/|$)")
_LOGIN: Final = re.compile("^/v1/(passkeys|sessions)")
_GUESSED: Final = {"429": "Too many unknown numbers"}
_EVERY: Final = {"500": "Our fault", "503": "Chain or database away"}
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of the API, ek_live_… or ek_test_…, with the scope that the operation names.",
}
_SESSION: Final = {
    "type": "apiKey",
    "in": "cookie",
    "name": COOKIE,
    "description": "A session, opened by a passkey (POST /v1/sessions); a change also says its Origin.",
}
_SECURITY: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": 'Endogene address="0x…", created="<seconds>", signature="0x…": EIP-712 '
    "Access(string method,string path,uint64 created) in the fund's domain, valid 5 minutes. With key= "
    "in the place of address=: any key of a member, and the signature that it gives. What changes something "
    'adds body="0x<keccak of the body>" before signature and signs Change(string method,string path,'
    "bytes32 body,uint64 created); it is carried out once.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = made["components"]
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        components["schemas"]["Problem"] = Problem.model_json_schema()
        components["securitySchemes"] = {"signature": _SECURITY, "key": _BEARER, "session": _SESSION}
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _tell_problems(path, method, operation)
                tell_common(path, method, operation)
        app.openapi_schema = made
    return app.openapi_schema


def _tell_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    own = path.startswith(_OWN_PATHS) or path.endswith("/ballots/{member}")
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = _STATUSES[method] | _EVERY | (_OWN if own else {})
    statuses |= _GUESSED if path == "/v1/buyers" else {}
    for status, what in statuses.items():
        operation["responses"][status] = {"description": what, "content": problem}
    if method == "post":
        operation["responses"]["404"] = {"description": "Unknown", "content": problem}
    if own:
        operation["security"] = _security(path)
        operation["parameters"] = [
            one for one in operation.get("parameters", []) if one["name"].lower() != "authorization"
        ]


def _security(path: str) -> list[dict[str, list[str]]]:
    """Return what proves who asks: one of these."""
    if _LOGIN.search(path):
        return [{"session": []}, {}]  # who logs in has no session yet
    keyed: list[dict[str, list[str]]] = [{"key": []}, {"session": []}] if _KEYED.search(path) else []
    staffed: list[dict[str, list[str]]] = [{"session": []}] if path.startswith("/v1/staff") else []
    return [{"signature": []}, *keyed, *staffed]
