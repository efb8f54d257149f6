"""What the routes of events and webhooks read and answer."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from api.schemas import Given, Told, example

LONGEST_URL: Final = 500
EXAMPLE_EVENT: Final[dict[str, Any]] = {
    "id": "1042-3",
    "type": "purchases.recorded",
    "timestamp": "2026-11-21T18:04:05Z",
    "data": {"merchant": 4, "till": 3, "batch": 127, "purchases": 2},
}
EXAMPLE_ENDPOINT: Final[dict[str, Any]] = {
    "id": "we_8m2k9v0c4x7q1w5e3r6t",
    "merchant": 4,
    "mode": "live",
    "url": "https://shop.example/endogene",
    "types": ["purchase.refused", "purchases.recorded"],
    "status": "enabled",
    "created_at": 1795284245,
}
EXAMPLE_SECRET: Final = "whsec_"  # noqa: S105  # no secret: what one begins with
EXAMPLE_DELIVERY: Final[dict[str, Any]] = {
    "id": 17,
    "event": "1042-3",
    "type": "purchases.recorded",
    "status": "delivered",
    "attempts": [{"number": 1, "at": 1795284246, "milliseconds": 41, "status": 204}],
}


class EventTold(Told):
    """What happened. `id` is its place in the list, which never changes; `data` names what to read."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_EVENT))

    id: str
    type: str
    timestamp: str
    data: dict[str, Any]


class Events(Told):
    """What happened after a place, the oldest first. Ask again after `next`, at once if `has_more`."""

    model_config = ConfigDict(json_schema_extra=example(items=[EXAMPLE_EVENT], next="1042-3", has_more=False))

    items: list[EventTold]
    next: str
    has_more: bool


class EventTypeTold(Told):
    """A type of events, and who may read it: everybody, the merchant whose business it is, the office."""

    type: str
    audience: Literal["public", "merchant", "member"]


class EventTypes(Told):
    """Every type of events."""

    model_config = ConfigDict(
        json_schema_extra=example(items=[{"type": "project.awarded", "audience": "public"}])
    )

    items: list[EventTypeTold]


class WebhookGiven(Given):
    """Where to deliver what; no types: all that the merchant may read."""

    model_config = ConfigDict(
        json_schema_extra=example(url="https://shop.example/endogene", types=["purchases.recorded"])
    )

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="https, public.")]
    types: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)] = Field(
        default_factory=list
    )


class SecretRotation(Given):
    """How long, in seconds, the old secret signs beside the new one: until it is in place everywhere.

    0 ends every old one at once, at any time: for a secret that others may have seen.
    """

    model_config = ConfigDict(json_schema_extra=example(overlap=86400))

    overlap: Annotated[int, Field(ge=0, le=604_800)] = 86_400


class WebhookTold(Told):
    """An endpoint. `reason` and `explanation` tell why the service disabled it by itself."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_ENDPOINT))

    id: str
    merchant: int
    mode: Literal["live", "test"]
    url: str
    types: list[str]
    status: Literal["enabled", "disabled"]
    reason: str | None = None
    explanation: str | None = None
    old_secret_until: int | None = None
    created_at: int


class WebhookMade(WebhookTold):
    """An endpoint with its new secret, which is told this once."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_ENDPOINT, secret=EXAMPLE_SECRET))

    secret: str


class Webhooks(Told):
    """A merchant's endpoints."""

    model_config = ConfigDict(json_schema_extra=example(items=[EXAMPLE_ENDPOINT]))

    items: list[WebhookTold]


class AttemptTold(Told):
    """One try to deliver: when it began, how long it took, and the status answered or why there is none."""

    number: int
    at: int
    milliseconds: int
    status: int | None = None
    reason: str | None = None
    explanation: str | None = None


class DeliveryTold(Told):
    """One event on its way to an endpoint. `next_at`: when it is tried again."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_DELIVERY))

    id: int
    event: str
    type: str
    status: Literal["waiting", "delivered", "failed"]
    next_at: int | None = None
    attempts: list[AttemptTold]


class Deliveries(Told):
    """The log of an endpoint, the oldest first; go on after `next`."""

    model_config = ConfigDict(json_schema_extra=example(items=[EXAMPLE_DELIVERY]))

    items: list[DeliveryTold]
    next: int | None = None


class ProblemKindTold(Told):
    """A kind of problem: what it means, and what to do; dots stand for the values of a single one."""

    model_config = ConfigDict(
        json_schema_extra=example(
            code="sequence",
            type="/v1/problems/sequence",
            title="The batch begins at sequence …; the next one of this till is ….",
            advice="Send the missing one.",
            status=409,
            parent="ledger-refusal",
        )
    )

    code: str
    type: str
    title: str
    advice: str
    status: int
    parent: str | None = None


class ProblemKinds(Told):
    """Every kind of problem."""

    model_config = ConfigDict(
        json_schema_extra=example(
            items=[
                {
                    "code": "endogene",
                    "type": "/v1/problems/endogene",
                    "title": "Something went wrong: ….",
                    "advice": "Try again.",
                    "status": 500,
                }
            ]
        )
    )

    items: list[ProblemKindTold]


MAX_DELIVERY: Final = 2**63 - 1
