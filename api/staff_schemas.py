"""What is asked of logins, and what they answer. Instants are seconds UTC."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from api.schemas import Given, Number32, Told, example
from endogene_token.office import invitations, staff
from endogene_token.office.scopes import Scope, StaffRole

EXAMPLE_ACCOUNT: Final = "7f3k9m2x5c8q1w4t"
EXAMPLE_CODE: Final = "7F3K9-M2X5C-8Q1W4-TB6HN"
StaffRoleName = Annotated[StaffRole, Field(strict=False)]
Days = Annotated[int, Field(ge=1, le=invitations.MOST_DAYS)]
Code = Annotated[str, Field(min_length=1, max_length=40, description="The code of the invitation.")]
Credential = Annotated[
    dict[str, Any], Field(description="What the browser answered: PublicKeyCredential.toJSON().")
]


class InvitationGiven(Given):
    """Whom to invite: a merchant's people by `merchant`, an officer by `officer`, others by `member`."""

    model_config = ConfigDict(json_schema_extra=example(role="staff", merchant=4, name="Maude Roy"))

    role: StaffRoleName
    name: Annotated[str, Field(min_length=1, max_length=staff.LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]*$")]
    merchant: Number32 | None = None
    officer: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")] | None = None
    member: Number32 | None = None
    days: Days = invitations.DEFAULT_DAYS


class ReinvitationGiven(Given):
    """How long the new code opens."""

    model_config = ConfigDict(json_schema_extra=example(days=invitations.DEFAULT_DAYS))

    days: Days = invitations.DEFAULT_DAYS


_ACCOUNT: Final[dict[str, Any]] = {
    "account": EXAMPLE_ACCOUNT,
    "role": "staff",
    "state": "active",
    "name": "Maude Roy",
    "merchant": 4,
    "created_at": 1793628000,
}


class StaffTold(Told):
    """An account: who may log in, and as what."""

    model_config = ConfigDict(json_schema_extra=example(**_ACCOUNT))

    account: str
    role: StaffRole
    state: staff.State
    name: str
    merchant: int | None = None
    officer: str | None = None
    member: int | None = None
    created_at: int
    active_at: int | None = None
    ended_at: int | None = None


class StaffPage(Told):
    """A page of accounts, by their ids; `next` is the `after` of the page that follows."""

    model_config = ConfigDict(json_schema_extra=example(items=[_ACCOUNT]))

    items: list[StaffTold]
    next: str | None = None


class InvitationMade(Told):
    """An invitation; its `code` is told here and never again, and opens until `expires_at`."""

    model_config = ConfigDict(
        json_schema_extra=example(account=EXAMPLE_ACCOUNT, code=EXAMPLE_CODE, expires_at=1793887200)
    )

    account: str
    code: str
    expires_at: int


class RegistrationAsked(Given):
    """For which account a passkey is: the one invited by `code`, or, without it, the one logged in."""

    model_config = ConfigDict(json_schema_extra=example(code=EXAMPLE_CODE))

    code: Code | None = None


class RegistrationGiven(RegistrationAsked):
    """The new passkey, as the browser made it."""

    model_config = ConfigDict(
        json_schema_extra=example(
            code=EXAMPLE_CODE,
            credential={"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…"}},
        )
    )

    credential: Credential


class LoginGiven(Given):
    """What the browser's passkey signed."""

    model_config = ConfigDict(
        json_schema_extra=example(
            credential={"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…"}}
        )
    )

    credential: Credential


class CeremonyOptions(Told):
    """What the browser takes, by PublicKeyCredential.parse…OptionsFromJSON()."""

    model_config = ConfigDict(
        json_schema_extra=example(options={"challenge": "mY2nV…", "rpId": "coop.example", "timeout": 300000})
    )

    options: dict[str, Any]


class PasskeyMade(Told):
    """The account that the new passkey opens."""

    model_config = ConfigDict(json_schema_extra=example(account=EXAMPLE_ACCOUNT, role="staff"))

    account: str
    role: StaffRole


_SESSION: Final[dict[str, Any]] = {
    "id": "2m4p6r8t1v3x5z7b",
    "account": EXAMPLE_ACCOUNT,
    "from": "203.0.113.0/24",
    "created_at": 1793628000,
    "confirmed_at": 1793628000,
    "seen_at": 1793628060,
    "expires_at": 1793671200,
    "is_current": True,
}


class SessionTold(Told):
    """A session in force. `confirmed_at`: when the passkey was last shown; it ends unused, too."""

    model_config = ConfigDict(
        json_schema_extra=example(**_SESSION), serialize_by_alias=True, validate_by_name=True
    )

    id: str
    account: str
    origin: str = Field(alias="from")
    created_at: int
    confirmed_at: int
    seen_at: int
    expires_at: int
    is_current: bool


class SessionsTold(Told):
    """The sessions of an account that are in force, the oldest first."""

    model_config = ConfigDict(json_schema_extra=example(items=[_SESSION]), serialize_by_alias=True)

    items: list[SessionTold]


class LoginTold(Told):
    """Who has logged in, and what that opens."""

    model_config = ConfigDict(
        json_schema_extra=example(session=_SESSION, who=_ACCOUNT, scopes=["buyers:read", "sales:read"]),
        serialize_by_alias=True,
    )

    session: SessionTold
    who: StaffTold
    scopes: list[Scope]
