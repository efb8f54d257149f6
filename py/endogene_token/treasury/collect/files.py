"""The file of a run, out of its items and their accounts. The same values give the same bytes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from endogene_token.config import Settings
from endogene_token.errors import MandateEndedError, PayeeEndedError
from endogene_token.office.secret import OfficeSecret
from endogene_token.treasury.bankfiles import pain001, pain008
from endogene_token.treasury.bankfiles.cpa005 import Item, write_cpa005
from endogene_token.treasury.bankfiles.cpa005 import Kind as Way
from endogene_token.treasury.bankfiles.pain001 import write_pain001
from endogene_token.treasury.bankfiles.pain008 import write_pain008
from endogene_token.treasury.bankfiles.sepa import Debit, Mandate, Payment, SequenceType
from endogene_token.treasury.collect.mandates import ACTIVE, account_of
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankPayee, BankRun
from endogene_token.treasury.collect.profile import LAST_FILE, BankProfile
from endogene_token.treasury.collect.states import LIVE, Direction, FileKind, Kind, RunState


@dataclass(frozen=True, slots=True)
class Office:
    """The treasury: the bank's settings, the office's key, the community's clock and money."""

    profile: BankProfile
    secret: OfficeSecret
    zone: ZoneInfo
    currency: str

    @classmethod
    def of(cls, settings: Settings, secret: OfficeSecret) -> "Office":
        """Return the treasury of a data folder. Raises SettingError for bank.toml."""
        profile = BankProfile.load(settings.data_dir.absolute())
        return cls(profile, secret, ZoneInfo(settings.timezone), settings.currency)


def file_kind(profile: BankProfile, direction: str) -> FileKind:
    """Return in which form the bank gets debits or payments."""
    if profile.regime == "canada":
        return FileKind.CPA_005
    return FileKind.PAIN_008 if direction == Direction.DEBIT else FileKind.PAIN_001


def write(
    session: Session, office: Office, run: BankRun, items: Sequence[BankItem], *, number: int, now: int
) -> bytes:
    """Return the file of a run under its `number` (from 1), as made at the instant `now`.

    Raises MandateEndedError, PayeeEndedError, BankSettingsError, OfficeKeyError, and what the files raise.
    """
    if run.file_kind == FileKind.CPA_005:
        return _canadian(session, office, items, number, now)
    created = datetime.fromtimestamp(now, UTC)
    sepa = office.profile.in_sepa
    message = f"{run.file_kind}-{created:%Y%m%d}-{number}".upper()
    if run.file_kind == FileKind.PAIN_008:
        begun = _begun(session, run)
        debits = [_debit(office, item, mandate_of(session, item), begun) for item in items]
        schema = pain008.PAIN_008_OLD if sepa.old_schemas else pain008.PAIN_008
        return write_pain008(sepa.creditor, message, created, debits, schema)
    payments = [_payment(office, item, payee_of(session, item)) for item in items]
    schema = pain001.PAIN_001_OLD if sepa.old_schemas else pain001.PAIN_001
    return write_pain001(sepa.account, message, created, payments, schema)


def written_number(profile: BankProfile, kind: str, number: int) -> int:
    """Return the number that stands in the file: Canada's begin where the bank is, and go round."""
    if kind != FileKind.CPA_005:
        return number
    return (profile.in_canada.first_file + number - 2) % LAST_FILE + 1


def mandate_of(session: Session, item: BankItem) -> BankMandate:
    """Return the mandate of a debit. Raises MandateEndedError."""
    row = session.get_one(BankMandate, item.account)
    if row.state != ACTIVE:
        raise MandateEndedError(actual=row.reference, limit=row.ended_why)
    return row


def payee_of(session: Session, item: BankItem) -> BankPayee:
    """Return the payee of a payment. Raises PayeeEndedError."""
    row = session.get_one(BankPayee, item.account)
    if row.state != ACTIVE:
        raise PayeeEndedError(actual=row.number, limit=row.ended_why)
    return row


def holder_of(session: Session, item: BankItem) -> BankMandate | BankPayee:
    """Return the mandate or the payee of an item. Raises MandateEndedError, PayeeEndedError."""
    return mandate_of(session, item) if item.direction == Direction.DEBIT else payee_of(session, item)


def told(item: BankItem) -> str:
    """Return what the other side reads: the statement, the debit that came back, or what is paid."""
    words = {Kind.CASH_REQUEST: f"CASH {item.object}", Kind.REDEMPTION: f"REDEMPTION {item.object}"}
    return item.statement or words[Kind(item.kind)]


def _canadian(session: Session, office: Office, items: Sequence[BankItem], number: int, now: int) -> bytes:
    profile = office.profile
    canada = profile.in_canada
    codes = {Direction.DEBIT: canada.debit_code, Direction.CREDIT: canada.credit_code}
    ways = {Direction.DEBIT: Way.DEBIT, Direction.CREDIT: Way.CREDIT}
    written = []
    for item in items:
        holder = holder_of(session, item)
        written.append(
            Item(
                kind=ways[Direction(item.direction)],
                account=account_of(office.secret, holder).canadian,
                name=holder.name,
                amount=item.amount,
                due=date.fromisoformat(item.day),
                reference=item.reference,
                code=codes[Direction(item.direction)],
                note=told(item),
            )
        )
    created = datetime.fromtimestamp(now, ZoneInfo(profile.terms.zone)).date()
    place = written_number(profile, FileKind.CPA_005, number)
    return write_cpa005(canada.originator(office.currency), place, created, written)


def _begun(session: Session, run: BankRun) -> set[int]:
    """Return the mandates that a file made before this run's debits, though the bank may not have it yet."""
    made = (RunState.APPROVED, RunState.HANDED_IN)
    query = (
        select(BankItem.account)
        .join(BankRun, col(BankRun.number) == col(BankItem.run))
        .where(BankItem.direction == Direction.DEBIT, BankItem.run != run.number)
        .where(col(BankRun.state).in_(made), col(BankItem.state).in_(LIVE))
    )
    return set(session.exec(query))


def _debit(office: Office, item: BankItem, row: BankMandate, begun: Collection[int]) -> Debit:
    is_recurrent = bool(row.first_used) or row.number in begun
    return Debit(
        mandate=Mandate(row.reference, date.fromisoformat(row.signed)),
        debtor=account_of(office.secret, row).sepa(row.name),
        amount=item.amount,
        day=date.fromisoformat(item.day),
        sequence=SequenceType.RECURRENT if is_recurrent else SequenceType.FIRST,
        reference=item.reference,
        text=told(item),
    )


def _payment(office: Office, item: BankItem, row: BankPayee) -> Payment:
    return Payment(
        creditor=account_of(office.secret, row).sepa(row.name),
        amount=item.amount,
        day=date.fromisoformat(item.day),
        reference=item.reference,
        text=told(item),
    )
