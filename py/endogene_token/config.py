"""The settings of a process, read from the environment. They are passed in, never kept in a global."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from endogene_token.errors import SettingError
from endogene_token.i18n import known_language, language
from endogene_token.regions import Region, load

Port = Annotated[int, Field(ge=1, le=65_535)]
RateLimit = Annotated[str, Field(pattern="^([1-9][0-9]{0,6}/(second|minute|hour)|off)$")]
_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::[0-9]{1,5})?")
SECRET: Final = frozenset({"hosting_passphrase", "office_key"})
"""The settings that no message shows."""


class Settings(BaseSettings):
    """Each field is the environment variable of its name after ``ENDOGENE_``, such as ENDOGENE_API_PORT."""

    model_config = SettingsConfigDict(env_prefix="ENDOGENE_", frozen=True, extra="forbid")

    data_dir: Path = Path(".endogene")
    """Where this machine keeps the embedded chain, the outboxes and the SQLite databases."""
    rpc_urls: Annotated[tuple[str, ...], NoDecode] = ()
    """The nodes, in order of preference, separated by commas; none: the embedded node."""
    database_url: str | None = None
    """The read model, as a URL of SQLAlchemy; None: SQLite in the data folder."""
    api_host: str = "127.0.0.1"
    api_port: Port = 8080
    node_port: Port = 8545
    lang: Literal["fr", "en"] = Field(default_factory=lambda: "fr" if language() == "fr" else "en")
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CAD"
    timezone: str = "America/Toronto"
    """Days, months and statements follow this time zone; instants are UTC."""
    community: str = "Endogène"
    sandbox: bool = False
    """A community for tests: its service says that nothing in it is real, and tills keep live keys out."""
    sealing_key: Annotated[str, Field(pattern="^(0x)?[0-9a-fA-F]{64}$")] | None = None
    """The scrutineers' public key, to which sealed ballots are encrypted; None: members open them."""
    office_key: Annotated[str, Field(pattern="^(0x)?[0-9a-fA-F]{64}$")] | None = Field(None, repr=False)
    """The secret under the office's hashes of cards and telephones; None: made once in the data folder."""
    hosting_passphrase: Annotated[str, Field(min_length=16)] | None = Field(None, repr=False)
    """What the keys of hosted tills are encrypted with; None: made once in the data folder."""
    phone_region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CA"
    """The country in which a telephone number without a country's code is (ISO 3166)."""
    rate_limit_caller: RateLimit = "1200/minute"
    """How often one API key or signing address may ask, in each process of the API; "off": without limit."""
    rate_limit_network: RateLimit = "600/minute"
    """How often all together may ask who come from one network and prove nothing (/24, /48 of IPv6)."""
    rp_id: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")] = "localhost"
    """The domain name that passkeys of staff and officers are for: the pages' own, or one above it."""
    origins: Annotated[tuple[str, ...], NoDecode] = ()
    """The pages of this service, as https://…, separated by commas; none: this machine's own, for a trial."""
    region: Annotated[Region | None, NoDecode] = None
    """The path of a GeoJSON file: the land on the map of projects; None: the map is pins and a scale."""
    webhook_loopback: bool = False
    """Development only: deliver webhooks to this machine too, and there without https."""
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    log_json: bool = False

    @field_validator("rpc_urls", "origins", mode="before")
    @classmethod
    def _separate(cls, value: object) -> object:
        return (
            tuple(url.strip() for url in value.split(",") if url.strip()) if isinstance(value, str) else value
        )

    @field_validator("region", mode="before")
    @classmethod
    def _read_region(cls, value: object) -> object:
        return load(Path(value)) if isinstance(value, str | Path) else value

    @field_validator("lang", mode="before")
    @classmethod
    def _primary_language(cls, value: object) -> object:
        return (known_language(value) or value) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _name_driver(cls, value: str | None) -> str | None:
        # SQLAlchemy would look for psycopg2, which this project does not install
        return value and value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("origins")
    @classmethod
    def _only_origins(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for one in value:
            parts = _ORIGIN.fullmatch(one)
            rp_id = info.data.get("rp_id", "")
            # Where TLS is missing, a browser makes passkeys for this machine itself only.
            if parts is None or (parts[1] == "http" and parts[2] != "localhost"):
                raise ValueError("https://coop.example")
            if parts[2] != rp_id and not parts[2].endswith(f".{rp_id}"):
                raise ValueError(f"https://{rp_id}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("America/Toronto, Europe/Paris, …")
        return value

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Return the settings of the environment, with `overrides` (from the command line) above them.

        Raises SettingError, which names the first setting that cannot be used.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]  # pydantic checks them, just below
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            if field in SECRET:  # "from None": the library's message would show it, too
                raise SettingError(field=field, actual="…", limit=first["msg"]) from None
            raise SettingError(field=field, actual=first["input"], limit=first["msg"]) from error

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The nodes to call, in order: those configured, or the embedded one."""
        return self.rpc_urls or (f"http://127.0.0.1:{self.node_port}",)

    @property
    def pages(self) -> tuple[str, ...]:
        """The origins that pages of this service have: those configured, or this machine's."""
        return self.origins or (f"http://localhost:{self.api_port}",)

    @property
    def database(self) -> str:
        """The URL of the read model's database."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'ledger.sqlite'}"
