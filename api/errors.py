"""From an error to an HTTP answer: the one table of statuses, and problems after RFC 9457."""

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.language import language_of
from endogene_token.errors import (
    AccessDeniedError,
    AccessError,
    ActNumberError,
    AmountError,
    ApiVersionError,
    BallotTakenError,
    BankSettingsError,
    BankUnknownError,
    BatchSizeError,
    CardHeldError,
    ChainError,
    ConnectorMissingError,
    CredentialsError,
    CrossSiteError,
    CutOffError,
    DayError,
    DrafterApprovesError,
    DuplicateError,
    EndogeneError,
    ExceptionClosedError,
    ExposureError,
    FileOrderError,
    FreshLoginError,
    GuessingError,
    IdempotencyInFlightError,
    IdempotencyKeyError,
    InputError,
    InvitationRefusedError,
    ItemDayError,
    ItemStateError,
    KeyCountError,
    KeyEndedError,
    KeyRefusedError,
    KeyRotatedError,
    LedgerRefusal,
    LineSentError,
    LineStateError,
    MandateEndedError,
    MandateHeldError,
    MandateTakenError,
    MemberAccountError,
    MerchantSuspendedError,
    MethodError,
    MonthOpenError,
    MonthOrderError,
    MonthUnissuedError,
    NoBusinessNameError,
    NoCardError,
    NoDeviceKeyError,
    NoPhoneError,
    NoRetirementYearError,
    NotAwaitedError,
    NothingToProposeError,
    NotHostedError,
    OverloadedError,
    OwnProposalError,
    PasskeyRefusedError,
    PasskeyTakenError,
    PayeeEndedError,
    PayeeHeldError,
    PhoneTakenError,
    ProposalDecidedError,
    ProposalOpenError,
    QueueError,
    ReceiptTakenError,
    ReportCountError,
    RequestShapeError,
    RequestTooLargeError,
    RevokedCardError,
    RunEmptyError,
    RunStateError,
    ScopeMissingError,
    SecretRotatingError,
    SequenceError,
    ServiceError,
    ServiceFailedError,
    SessionRefusedError,
    SetupError,
    StaffCountError,
    StaffEndedError,
    StoreError,
    TextTooLongError,
    TillBusyError,
    TillRevokedError,
    UnkeptError,
    UnknownBankLineError,
    UnknownCardError,
    UnknownDeliveryError,
    UnknownEntryError,
    UnknownExceptionError,
    UnknownKeyError,
    UnknownMandateError,
    UnknownPathError,
    UnknownPayeeError,
    UnknownPhoneError,
    UnknownProblemError,
    UnknownProposalError,
    UnknownPurchaseError,
    UnknownRunError,
    UnknownSessionError,
    UnknownStaffError,
    UnknownStatementError,
    UnknownUploadError,
    UnknownWebhookError,
    WebhookCountError,
    WebhookDisabledError,
    WebhookSignatureError,
    WrongStateError,
)
from endogene_token.errors.base import shown
from endogene_token.i18n import mark, tr
from endogene_token.money import MAX_AMOUNT
from endogene_token.receipts import MAX_BATCH

HIDDEN: Final = "…"
PROBLEM: Final = "application/problem+json"
API: Final = "/v1"
HTML: Final = "text/html"
LONGEST: Final = 500  # characters of a header Accept that are read
SHOWN_ERRORS: Final = 10  # of a request with many wrong fields
log = structlog.get_logger()

STATUS: Final[Mapping[type[EndogeneError], HTTPStatus]] = {
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DuplicateError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ReceiptTakenError: HTTPStatus.CONFLICT,
    ApiVersionError: HTTPStatus.BAD_REQUEST,
    IdempotencyKeyError: HTTPStatus.BAD_REQUEST,
    IdempotencyInFlightError: HTTPStatus.CONFLICT,
    QueueError: HTTPStatus.CONFLICT,
    BallotTakenError: HTTPStatus.CONFLICT,
    ActNumberError: HTTPStatus.CONFLICT,
    TextTooLongError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnkeptError: HTTPStatus.NOT_FOUND,
    UnknownPurchaseError: HTTPStatus.NOT_FOUND,
    MonthOpenError: HTTPStatus.CONFLICT,
    MonthOrderError: HTTPStatus.CONFLICT,
    UnknownStatementError: HTTPStatus.NOT_FOUND,
    UnknownPathError: HTTPStatus.NOT_FOUND,
    UnknownProblemError: HTTPStatus.NOT_FOUND,
    MethodError: HTTPStatus.METHOD_NOT_ALLOWED,
    RequestTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    CredentialsError: HTTPStatus.UNAUTHORIZED,
    WebhookSignatureError: HTTPStatus.UNAUTHORIZED,
    ConnectorMissingError: HTTPStatus.NOT_FOUND,
    UnknownUploadError: HTTPStatus.NOT_FOUND,
    NotHostedError: HTTPStatus.NOT_FOUND,
    LedgerRefusal: HTTPStatus.UNPROCESSABLE_ENTITY,
    SequenceError: HTTPStatus.CONFLICT,
    TillRevokedError: HTTPStatus.CONFLICT,
    TillBusyError: HTTPStatus.CONFLICT,
    MerchantSuspendedError: HTTPStatus.CONFLICT,
    ExposureError: HTTPStatus.CONFLICT,
    WrongStateError: HTTPStatus.CONFLICT,
    UnknownWebhookError: HTTPStatus.NOT_FOUND,
    UnknownDeliveryError: HTTPStatus.NOT_FOUND,
    WebhookCountError: HTTPStatus.CONFLICT,
    WebhookDisabledError: HTTPStatus.CONFLICT,
    SecretRotatingError: HTTPStatus.CONFLICT,
    UnknownEntryError: HTTPStatus.NOT_FOUND,
    AccessError: HTTPStatus.FORBIDDEN,
    ChainError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    SetupError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ServiceError: HTTPStatus.BAD_GATEWAY,
    ServiceFailedError: HTTPStatus.INTERNAL_SERVER_ERROR,
    OverloadedError: HTTPStatus.TOO_MANY_REQUESTS,
    AccessDeniedError: HTTPStatus.FORBIDDEN,
    UnknownCardError: HTTPStatus.NOT_FOUND,
    RevokedCardError: HTTPStatus.CONFLICT,
    CardHeldError: HTTPStatus.CONFLICT,
    NoCardError: HTTPStatus.NOT_FOUND,
    UnknownPhoneError: HTTPStatus.NOT_FOUND,
    NoPhoneError: HTTPStatus.NOT_FOUND,
    NoRetirementYearError: HTTPStatus.NOT_FOUND,
    NoBusinessNameError: HTTPStatus.NOT_FOUND,
    PhoneTakenError: HTTPStatus.CONFLICT,
    UnknownKeyError: HTTPStatus.NOT_FOUND,
    KeyEndedError: HTTPStatus.CONFLICT,
    KeyRotatedError: HTTPStatus.CONFLICT,
    KeyCountError: HTTPStatus.CONFLICT,
    KeyRefusedError: HTTPStatus.UNAUTHORIZED,
    ScopeMissingError: HTTPStatus.FORBIDDEN,
    GuessingError: HTTPStatus.TOO_MANY_REQUESTS,
    StaffCountError: HTTPStatus.CONFLICT,
    NoDeviceKeyError: HTTPStatus.CONFLICT,
    ReportCountError: HTTPStatus.CONFLICT,
    MemberAccountError: HTTPStatus.CONFLICT,
    UnknownStaffError: HTTPStatus.NOT_FOUND,
    StaffEndedError: HTTPStatus.CONFLICT,
    UnknownSessionError: HTTPStatus.NOT_FOUND,
    PasskeyTakenError: HTTPStatus.CONFLICT,
    InvitationRefusedError: HTTPStatus.UNAUTHORIZED,
    PasskeyRefusedError: HTTPStatus.UNAUTHORIZED,
    SessionRefusedError: HTTPStatus.UNAUTHORIZED,
    FreshLoginError: HTTPStatus.FORBIDDEN,
    CrossSiteError: HTTPStatus.FORBIDDEN,
    UnknownBankLineError: HTTPStatus.NOT_FOUND,
    LineStateError: HTTPStatus.CONFLICT,
    LineSentError: HTTPStatus.CONFLICT,
    UnknownExceptionError: HTTPStatus.NOT_FOUND,
    ExceptionClosedError: HTTPStatus.CONFLICT,
    BankUnknownError: HTTPStatus.CONFLICT,
    UnknownProposalError: HTTPStatus.NOT_FOUND,
    ProposalDecidedError: HTTPStatus.CONFLICT,
    OwnProposalError: HTTPStatus.FORBIDDEN,
    ProposalOpenError: HTTPStatus.CONFLICT,
    NothingToProposeError: HTTPStatus.CONFLICT,
    UnknownMandateError: HTTPStatus.NOT_FOUND,
    UnknownPayeeError: HTTPStatus.NOT_FOUND,
    UnknownRunError: HTTPStatus.NOT_FOUND,
    MandateHeldError: HTTPStatus.CONFLICT,
    MandateTakenError: HTTPStatus.CONFLICT,
    MandateEndedError: HTTPStatus.CONFLICT,
    PayeeHeldError: HTTPStatus.CONFLICT,
    PayeeEndedError: HTTPStatus.CONFLICT,
    RunEmptyError: HTTPStatus.CONFLICT,
    RunStateError: HTTPStatus.CONFLICT,
    DrafterApprovesError: HTTPStatus.FORBIDDEN,
    MonthUnissuedError: HTTPStatus.CONFLICT,
    CutOffError: HTTPStatus.CONFLICT,
    FileOrderError: HTTPStatus.CONFLICT,
    BankSettingsError: HTTPStatus.CONFLICT,
    NotAwaitedError: HTTPStatus.CONFLICT,
    ItemStateError: HTTPStatus.CONFLICT,
    ItemDayError: HTTPStatus.CONFLICT,
}
"""The status of a class and of those under it that have none of their own."""

EXPECTED: Final[Mapping[str, str]] = {
    "missing": mark("a value"),
    "extra_forbidden": mark("no such field"),
    "json_invalid": mark("JSON in UTF-8"),
    "string_type": mark("a text"),
    "string_pattern_mismatch": mark("the form that the description gives"),
    "int_type": mark("a whole number"),
    "greater_than_equal": mark("a larger number"),
    "less_than_equal": mark("a smaller number"),
    "list_type": mark("a list"),
    "model_attributes_type": mark("a JSON object"),
    "model_type": mark("a JSON object"),
    "dict_type": mark("a JSON object"),
}
ELSE_EXPECTED: Final = mark("what the description says")
ABSENT: Final = mark("absent")
PRIVATE: Final = re.compile("/(buyers|collect|passkeys|phone|sales|sessions|staff|uploads)(/|$)")
"""The paths whose requests hold numbers, names, accounts or codes of people: no answer repeats them."""


def status_of(kind: type[EndogeneError]) -> HTTPStatus | None:
    """Return the status of an error's class, from the nearest class above it in the table, or None."""
    return next((STATUS[one] for one in kind.__mro__ if one in STATUS), None)


def public(error: EndogeneError) -> EndogeneError:
    """Return an error as strangers may read it: of our inside, its kind without its values.

    They are addresses of nodes and databases, files, and what a driver said; the log has them.
    """
    status = status_of(type(error)) or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return error
    return type(error)(actual=HIDDEN, limit=HIDDEN, **dict.fromkeys(error.params, HIDDEN))


def problem(error: EndogeneError, lang: str, request_id: str, **members: object) -> JSONResponse:
    """Return the answer that tells `error` in `lang`; `members` are put beside the standard ones."""
    status = status_of(type(error)) or HTTPStatus.INTERNAL_SERVER_ERROR
    error = public(error)
    parts = error.as_dict(lang)
    body = {name: shown(value) for name, value in error.params.items()} | {
        "type": f"/v1/problems/{error.code}",
        "title": parts["what"],
        "status": int(status),
        "detail": error.render(lang),
        "code": error.code,
        "actual": parts["actual"],
        "limit": parts["limit"],
        "advice": parts["advice"],
        "instance": f"urn:uuid:{request_id}",
        **members,
    }
    headers = {"Content-Language": lang, **_headers(error, status)}
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def refused(request: Request, error: EndogeneError, **members: object) -> Response:
    """Return a page to who asks for pages, a problem to everybody else."""
    page: Callable[[Request, EndogeneError], Response] | None = getattr(
        request.app.state, "refusal_page", None
    )
    is_page = not request.url.path.startswith(API) and HTML in request.headers.get("accept", "")[:LONGEST]
    if page is None or not is_page:
        return problem(error, language_of(request), request.state.request_id, **members)
    answer = page(request, error)
    answer.headers.update(_headers(error, HTTPStatus(answer.status_code)))
    return answer


def install(app: FastAPI) -> None:
    """Make every error that a route raises a problem."""
    app.add_exception_handler(EndogeneError, _told)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(HTTPException, _routed)


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, EndogeneError):
        raise error
    if (status_of(type(error)) or HTTPStatus.INTERNAL_SERVER_ERROR) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", error=str(error), path=request.url.path)
    return refused(request, error)


async def _misshapen(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    lang = language_of(request)
    told = list(_shape_errors(error, lang))
    if PRIVATE.search(request.url.path):
        told = [type(one)(**{**one.params, "actual": "…", "limit": one.limit}) for one in told]
    fields = [{"field": shown(one.params.get("field", "")), "detail": one.render(lang)} for one in told]
    return refused(request, told[0], errors=fields)


async def _routed(request: Request, error: Exception) -> Response:
    """Tell what the router itself refuses: an unknown path, a wrong method, a body that is no JSON at all."""
    if not isinstance(error, HTTPException):
        raise error
    told: EndogeneError
    if error.status_code == HTTPStatus.NOT_FOUND:
        told = UnknownPathError(actual=request.url.path)
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        told = MethodError(actual=request.method, limit=allowed)
    else:
        expected = tr(EXPECTED["json_invalid"], language_of(request))
        told = RequestShapeError(field="body", actual="…", limit=expected)
    return refused(request, told)


def _shape_errors(error: RequestValidationError, lang: str) -> Iterator[EndogeneError]:
    for one in error.errors()[:SHOWN_ERRORS]:
        yield _shape_error(one, lang)


def _shape_error(one: Mapping[str, Any], lang: str) -> EndogeneError:
    place = [str(part) for part in one["loc"][1:]]
    field = ".".join(place) or str(one["loc"][0])
    name = place[-1] if place else ""
    kind, given = one["type"], one.get("input")
    if kind in {"too_long", "too_short"}:
        most = one.get("ctx", {}).get("max_length", MAX_BATCH)
        return BatchSizeError(actual=len(given) if isinstance(given, list) else "?", limit=most, field=field)
    if kind != "missing" and name == "amount":
        return AmountError(field=field, actual=given, limit=MAX_AMOUNT)
    if kind == "day":
        return DayError(actual=given, limit="9999-12-31", field=field)
    actual = {"missing": tr(ABSENT, lang), "json_invalid": "…"}.get(kind, given)
    return RequestShapeError(field=field, actual=actual, limit=tr(EXPECTED.get(kind, ELSE_EXPECTED), lang))


def _headers(error: EndogeneError, status: HTTPStatus) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer" if isinstance(error, KeyRefusedError) else "Endogene"}
    if isinstance(error, GuessingError | OverloadedError):
        return {"Retry-After": str(error.actual)}
    if isinstance(error, IdempotencyInFlightError):
        return {"Retry-After": str(error.limit)}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": "2"}
    if isinstance(error, MethodError):
        return {"Allow": str(error.limit)}
    return {}
