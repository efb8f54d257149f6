"""How the cooperative collects and pays: its account, what its bank assigned, notices, waiting, reminders.

A file of TOML, `bank.toml` in the data folder:

    regime = "canada"              # or "sepa"
    hold_days = 3                  # bank days that a collected debit waits before the chain books it
    notice_days = 10               # calendar days from the notice to the debit, as agreed with the payers
    lead_days = 2                  # bank days from handing in to the debit, as the bank's contract has it
    cut_off = "13:00"
    also_closed = ["2026-06-24"]   # days on which this bank does not clear
    opening_day = "2026-01-01"     # the first day that is reconciled, and what the account held before it
    opening_balance = 0            # minor units
    warn_exposure_bps = 8000       # of the exposure limit: a merchant is warned from there on
    arrears_days = [5, 15, 30]     # days after the due day: reminder, warning, suspension proposed

    [canada]
    identifier = "0000000610"      # what the bank calls us
    short_name = "ENDOGENE"
    long_name = "Coopérative Endogène"
    data_centre = "81510"
    account = "30000-815-0123456"  # branch, institution, number, as on a cheque
    debit_code = 718
    credit_code = 460
    first_file = 1                 # the number of the first file, when another system sent some before

    [sepa]
    name = "Coopérative Endogène"
    iban = "FR7630006000011234567890189"
    bic = "AGRIFRPP"
    creditor_identifier = "FR72ZZZ123456"
    scheme = "core"                # or "b2b"
    old_schemas = false            # pain.008.001.02 and pain.001.001.03, for banks that still ask for them
"""

import tomllib
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from endogene_token.errors import BankSettingsError, EndogeneError, SettingError
from endogene_token.treasury.bankfiles import notice
from endogene_token.treasury.bankfiles.cpa005 import CanadianAccount, Code, Originator
from endogene_token.treasury.bankfiles.notice import Regime
from endogene_token.treasury.bankfiles.pain008 import Creditor
from endogene_token.treasury.bankfiles.sepa import SepaAccount
from endogene_token.treasury.collect.accounts import canadian

FILE_NAME: Final = "bank.toml"
CPA, B2B, CORE = "cpa", "b2b", "core"
LAST_FILE: Final = 9_999  # of Canada's files; after it comes 1
HOLD_DAYS: Final = {CPA: 3, B2B: 3, CORE: 5}

Word = Annotated[str, Field(min_length=1, max_length=70, pattern=r"^[^\x00-\x1f\x7f]+$")]
Days = Annotated[int, Field(ge=0, le=366, strict=True)]
ItemCode = Annotated[int, Field(ge=200, le=899, strict=True)]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Canada(_Given):
    """What the direct clearer assigned."""

    identifier: str
    short_name: Word
    long_name: Word
    data_centre: str
    account: str
    clearer: str | None = None
    debit_code: ItemCode = Code.BUSINESS_BILL
    credit_code: ItemCode = Code.ACCOUNTS_PAYABLE
    first_file: Annotated[int, Field(ge=1, le=LAST_FILE, strict=True)] = 1

    def originator(self, currency: str) -> Originator:
        """Return who sends the files. Raises BankFieldError."""
        return Originator(
            self.identifier,
            self.short_name,
            self.long_name,
            self.data_centre,
            canadian(self.account),
            self.clearer,
            currency,
        )


class Sepa(_Given):
    """Our account in SEPA, and the creditor identifier."""

    name: Word
    iban: str
    bic: str | None = None
    creditor_identifier: str
    scheme: Literal["core", "b2b"] = "core"
    old_schemas: bool = False

    @property
    def account(self) -> SepaAccount:
        """Our account. Raises BankAccountError."""
        return SepaAccount(self.name, self.iban, self.bic)

    @property
    def creditor(self) -> Creditor:
        """Who collects. Raises BankAccountError."""
        return Creditor(self.account, self.creditor_identifier, self.scheme.upper())


class BankProfile(_Given):
    """The settings of the treasury's work with its bank. See the head of this file."""

    regime: Literal["canada", "sepa"] = "canada"
    canada: Canada | None = None
    sepa: Sepa | None = None
    hold_days: Annotated[int, Field(ge=0, le=40, strict=True)] | None = None
    notice_days: Days | None = None
    lead_days: Days | None = None
    cut_off: time | None = None
    zone: str | None = None
    also_closed: frozenset[date] = frozenset()
    opening_day: date = date(2000, 1, 1)
    opening_balance: Annotated[int, Field(strict=True)] = 0
    warn_exposure_bps: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 8_000
    arrears_days: Annotated[tuple[Days, Days, Days], Field()] = (5, 15, 30)

    @field_validator("arrears_days")
    @classmethod
    def _rising(cls, value: tuple[int, int, int]) -> tuple[int, int, int]:
        if not value[0] < value[1] < value[2]:
            raise ValueError("5, 15, 30")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Hold what the bank assigned to its forms, before anything is drafted with it."""
        try:
            if self.canada is not None:
                self.canada.originator("CAD")
            if self.sepa is not None:
                _ = self.sepa.creditor
        except EndogeneError as wrong:
            raise ValueError(str(wrong)) from wrong
        return self

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return what `bank.toml` of the data folder says; without one, a profile that makes no file.

        Raises SettingError, which names what cannot be used.
        """
        path = folder.joinpath(FILE_NAME)
        try:
            with path.open("rb") as file:
                told = tomllib.load(file)
        except FileNotFoundError:
            return cls()
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingError(field=path.name, actual=path, limit=error) from error
        try:
            return cls.model_validate(told)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]  # an account number stays out of the log
            place = ".".join(map(str, first["loc"])) or FILE_NAME
            raise SettingError(field=place, actual=FILE_NAME, limit=first["msg"]) from error

    @cached_property
    def terms(self) -> Regime:
        """When a debit may be collected: the regime's rules under what was agreed."""
        plain = notice.CANADA if self.regime == "canada" else notice.SEPA
        return Regime(
            calendar=plain.calendar,
            notice_days=plain.notice_days if self.notice_days is None else self.notice_days,
            lead_days=plain.lead_days if self.lead_days is None else self.lead_days,
            cut_off=self.cut_off or plain.cut_off,
            zone=self.zone or plain.zone,
            also_closed=self.also_closed,
        )

    @property
    def scheme(self) -> str:
        """Under which scheme we debit: `cpa`, `b2b` or `core`."""
        if self.regime == "canada":
            return CPA
        return self.in_sepa.scheme

    @property
    def waiting(self) -> int:
        """Bank days that a collected debit waits before the chain books it."""
        return HOLD_DAYS[self.scheme] if self.hold_days is None else self.hold_days

    @property
    def in_canada(self) -> Canada:
        """What the bank assigned in Canada. Raises BankSettingsError."""
        if self.canada is None:
            raise BankSettingsError(actual="[canada]", limit=FILE_NAME)
        return self.canada

    @property
    def in_sepa(self) -> Sepa:
        """Our account in SEPA. Raises BankSettingsError."""
        if self.sepa is None:
            raise BankSettingsError(actual="[sepa]", limit=FILE_NAME)
        return self.sepa

    @property
    def own_account(self) -> CanadianAccount | SepaAccount:
        """Our account at the bank. Raises BankSettingsError."""
        return canadian(self.in_canada.account) if self.regime == "canada" else self.in_sepa.account
