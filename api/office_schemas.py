"""What is asked of the office, and what it answers. Instants are seconds UTC."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from api.schemas import Day, Given, Number32, Told, example
from endogene_token.office import keys, sandbox
from endogene_token.office.card_numbers import grouped, payload
from endogene_token.office.card_prints import ndef
from endogene_token.office.scopes import Mode, OfficeRole, Scope

LONGEST_CARD: Final = 80
LONGEST_PHONE: Final = 40
EXAMPLE_KEY: Final = "7f3k9m2x5c8q1w4t"
# Not strict: what JSON has is a word, not a member of an enumeration.
ScopeName = Annotated[Scope, Field(strict=False)]
RoleName = Annotated[OfficeRole, Field(strict=False)]
ModeName = Annotated[Mode, Field(strict=False)]
PhoneText = Annotated[str, Field(min_length=1, max_length=LONGEST_PHONE, description="As people write it.")]


class BuyerGiven(Given):
    """A card as it was typed or scanned, or a telephone number: one of the two."""

    model_config = ConfigDict(json_schema_extra=example(card=grouped(sandbox.CARD)))

    card: Annotated[str, Field(min_length=1, max_length=LONGEST_CARD)] | None = None
    phone: PhoneText | None = None


class BuyerTold(Told):
    """The member's number: what a purchase names."""

    model_config = ConfigDict(json_schema_extra=example(member=1))

    member: int


class CardMade(Told):
    """A card just made; its number is told here and never again. `square_code` and `face` are SVGs for print.

    `face` is the whole card in its size; `nfc` the message for its NFC tag, in hexadecimal digits.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            card=3,
            member=1,
            issued_at=1793628000,
            number=grouped(sandbox.CARD),
            payload=payload(sandbox.CARD),
            square_code="<svg …></svg>",
            face="<svg …></svg>",
            nfc=ndef(sandbox.CARD).hex(),
        )
    )

    card: int
    member: int
    issued_at: int
    number: str
    payload: str
    square_code: str
    face: str
    nfc: str


_CARD: Final[dict[str, Any]] = {
    "card": 3,
    "member": 1,
    "issued_at": 1793628000,
    "revoked_at": 1793629000,
    "reason": "lost",
}


class CardTold(Told):
    """A card in the office's list; nobody can read its number there."""

    model_config = ConfigDict(json_schema_extra=example(**_CARD))

    card: int
    member: int
    issued_at: int
    revoked_at: int | None = None
    reason: str | None = None


class CardsTold(Told):
    """All cards that a member ever had, the oldest first."""

    model_config = ConfigDict(json_schema_extra=example(items=[_CARD]))

    items: list[CardTold]


class PhoneGiven(Given):
    """A member's telephone number, and the day on which the member agreed that it be kept."""

    model_config = ConfigDict(json_schema_extra=example(phone="418 692-1234", consented_on="2026-03-01"))

    phone: PhoneText
    consented_on: Day


class PhoneTold(Told):
    """Whether a member's number is kept, as a hash that only the office can make, and since which consent."""

    model_config = ConfigDict(json_schema_extra=example(member=1, is_kept=True, consented_on="2026-03-01"))

    member: int
    is_kept: bool
    consented_on: str | None = None


class KeyGiven(Given):
    """A key to be made: of a merchant or of a role, for some scopes, for `days`."""

    model_config = ConfigDict(
        json_schema_extra=example(merchant=4, scopes=["buyers:read", "sales:write"], label="Caisse")
    )

    merchant: Number32 | None = None
    role: RoleName | None = None
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=len(Scope))]
    mode: ModeName = Mode.LIVE
    label: Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    days: Annotated[int, Field(ge=1, le=keys.MOST_DAYS)] = keys.DEFAULT_DAYS


class RotationGiven(Given):
    """How long the old key still opens."""

    model_config = ConfigDict(json_schema_extra=example(overlap_seconds=keys.DEFAULT_OVERLAP))

    overlap_seconds: Annotated[int, Field(ge=0, le=keys.LONGEST_OVERLAP)] = keys.DEFAULT_OVERLAP


_KEY: Final[dict[str, Any]] = {
    "id": EXAMPLE_KEY,
    "mode": "live",
    "merchant": 4,
    "scopes": ["buyers:read", "sales:write"],
    "label": "Caisse",
    "created_at": 1793628000,
    "expires_at": 1825164000,
    "last_used": "2026-11-20",
}


class KeyTold(Told):
    """A key without its secret. `last_used` is a day; `replaced_by` the id of its successor."""

    model_config = ConfigDict(json_schema_extra=example(**_KEY))

    id: str
    mode: Mode
    merchant: int | None = None
    role: str | None = None
    scopes: list[str]
    label: str
    created_at: int
    expires_at: int
    last_used: str | None = None
    revoked_at: int | None = None
    replaced_by: str | None = None


class KeyMade(KeyTold):
    """A key just made; `key` is told here and never again."""

    model_config = ConfigDict(json_schema_extra=example(**_KEY, key=f"ek_live_{EXAMPLE_KEY}_{'4c' * 32}"))

    key: str


class KeysTold(Told):
    """A page of keys, by their ids; `next` is the `after` of the page that follows."""

    model_config = ConfigDict(json_schema_extra=example(items=[_KEY]))

    items: list[KeyTold]
    next: str | None = None


_ENTRY: Final[dict[str, Any]] = {
    "number": 12,
    "at": 1793628000,
    "who": "officer:0x" + "ab" * 20,
    "action": "card.issued",
    "subject": "member:1/card:3",
    "params": {},
    "from": "203.0.113.0/24",
    "request": "6d1f5a2e-6f0e-4b7a-9d4e-0c5b1f2a3e4d",
    "previous": "0x" + "4c" * 32,
    "hash": "0x" + "9e" * 32,
}


class EntryTold(Told):
    """An entry of the trail: who, what, when, from where; `hash` covers all of it and the entry before."""

    model_config = ConfigDict(
        json_schema_extra=example(**_ENTRY), serialize_by_alias=True, validate_by_name=True
    )

    number: int
    at: int
    who: str
    action: str
    subject: str
    params: dict[str, Any]
    origin: str = Field(alias="from")
    request: str
    previous: str
    hash: str


class TrailTold(Told):
    """A page of the trail, in order; `next` is the `after` of the page that follows."""

    model_config = ConfigDict(json_schema_extra=example(items=[_ENTRY]), serialize_by_alias=True)

    items: list[EntryTold]
    next: int | None = None
