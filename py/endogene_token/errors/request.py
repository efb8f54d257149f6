"""Errors of what an HTTP request gave, and of the relay's queue that it went into."""

from endogene_token.errors.input import InputError


class RequestError(InputError):
    what = "The request cannot be answered: {actual}."
    advice = "Correct it after the description of the service at /v1/openapi.json."


class RequestShapeError(RequestError):
    what = "In the request, {field} is {actual}; expected: {limit}."
    advice = "Correct this field, after the description of the service at /v1/openapi.json."


class RequestTooLargeError(RequestError):
    what = "The request has {actual} bytes or more; the limit is {limit}."
    advice = "Send several smaller batches, one after the other."


class CredentialsError(RequestError):
    what = "The request does not prove who asks: {actual}."
    advice = "Sign the method, the path and the present time with your key, and send within {limit} seconds."


class UnknownPathError(RequestError):
    what = "There is nothing at {actual}."
    advice = "Look for the right address in the description of the service, /v1/openapi.json."


class UnknownProblemError(RequestError):
    what = "There is no problem {actual}."
    advice = "Look for it in the list of problems, /v1/problems."


class MethodError(RequestError):
    what = "The method {actual} is not possible here; possible: {limit}."
    advice = "Use a possible method, or look for the right address at /v1/openapi.json."


class ApiVersionError(RequestError):
    what = "The service has no version {actual}; it has: {limit}."
    advice = "Name one of these in the header Endogene-Version, or leave it out for the newest."


class CursorError(RequestError):
    what = "{actual} is no place in the list of events; a place is written as in {limit}."
    advice = "Go on from the place that the last answer told, or leave it out to begin."


class EventTypeError(RequestError):
    what = "There is no type of events {actual}; the types are: {limit}."
    advice = "Correct the type, or leave the types out for all of them."


class IdempotencyKeyError(RequestError):
    what = "The idempotency key cannot be used: it has {actual} characters, or one that is no ASCII."
    advice = "Give one key of 1 to {limit} printable ASCII characters, such as a random UUID."


class IdempotencyInFlightError(RequestError):
    what = "The first request with this idempotency key is not answered yet."
    advice = "Wait {limit} seconds, then send the very same request again: it gets the answer of the first."


class QueueError(InputError):
    what = "The batch cannot stay in the queue: {actual}."
    advice = "Sign again what is not recorded, from the till's next sequence on, and send it."


class SequenceTakenError(QueueError):
    what = "Sequence {actual} of till {till} already holds something else."
    advice = "Nothing was changed: sign what is not recorded yet from the till's next sequence, {limit}, on."


class PredecessorRejectedError(QueueError):
    what = "The batch at sequence {limit} of this till was rejected, so the one at {actual} cannot follow it."
    advice = "Correct what was rejected, sign again everything from its sequence on, and send it."


class PurchasePendingError(QueueError):
    what = "The purchase {actual} that it refunds is not recorded yet."
    advice = "Nothing is to be done: the refund leaves by itself once its purchase is recorded."
