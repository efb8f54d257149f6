"""The OpenAPI description: FastAPI's, with our problems in place of its own."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.answers import Problem
from api.errors import PROBLEM

_STATUSES: Final = {
    "post": {"409": "Conflict", "413": "Too large", "422": "Not as described"},
    "get": {"404": "Unknown", "409": "Not at this time", "422": "Not as described"},
}
_OWN: Final = {"401": "Nobody proves who asks", "403": "Not yours to read"}
_OWN_PATHS: Final = ("/v1/members/", "/v1/merchants/", "/v1/redemptions/", "/v1/statements/")
_EVERY: Final = {"500": "Our fault", "503": "Chain or database away"}
_SECURITY: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": 'Endogene address="0x…", created="<seconds>", signature="0x…": EIP-712 '
    "Access(string method,string path,uint64 created) in the fund's domain, valid 5 minutes. With key= "
    "in the place of address=: any key of a member, and the signature that it gives.",
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
        components["securitySchemes"] = {"signature": _SECURITY}
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _tell_problems(path, method, operation)
        app.openapi_schema = made
    return app.openapi_schema


def _tell_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    own = path.startswith(_OWN_PATHS) or path.endswith("/ballots/{member}")
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = _STATUSES[method] | _EVERY | (_OWN if own else {})
    for status, what in statuses.items():
        operation["responses"][status] = {"description": what, "content": problem}
    if method == "post":
        operation["responses"]["404"] = {"description": "Unknown", "content": problem}
    if own:
        operation["security"] = [{"signature": []}]
        operation["parameters"] = [
            one for one in operation["parameters"] if one["name"].lower() != "authorization"
        ]
