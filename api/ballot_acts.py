"""A ballot that a member's passkey signs on a page: what the device is asked, what becomes of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from api.deps import Services
from api.polling import accept_ballot
from api.text import ballot_refusal_text
from api.vote_schemas import BallotGiven
from endogene_token.ballots import Ballot, Choice, SealedBallot, as_choice, digest
from endogene_token.bylaws import Body
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import Ledger
from endogene_token.chain.roll import key_of, roll_entry
from endogene_token.errors import (
    AssertionShapeError,
    BallotModeError,
    ChainError,
    NoDeviceKeyError,
    UnknownBallotError,
)
from endogene_token.hexes import from_hex, to_hex
from endogene_token.indexer import vote_models as read_model
from endogene_token.indexer.vote_models import Resolution
from endogene_token.office import device_keys, passkeys
from endogene_token.office.passkeys import CHALLENGE_SECONDS, Answer, Site, holding
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayBallot, RelayOpening, VoteState
from endogene_token.signers.passkey import Assertion, Passkey


@dataclass(frozen=True, slots=True)
class Said:
    """What a ballot says: a choice, or the commitment to one that the device has kept for itself.

    `sealed_opening`: what the scrutineers, and nobody here, can open it with.
    """

    choice: int | None = None
    commitment: str | None = None
    sealed_opening: str | None = None

    def ballot(self, row: Resolution, member: int, sequence: int) -> Ballot | SealedBallot:
        """Return the ballot that is signed. Raises BallotModeError, ChoiceError, RangeError."""
        if (self.commitment is not None) != bool(row.is_sealed):
            raise BallotModeError(is_sealed=bool(row.is_sealed))
        if self.commitment is not None:
            return SealedBallot(row.number, member, sequence, from_hex(self.commitment), row.text_hash)
        return Ballot(row.number, member, as_choice(self.choice or 0), sequence, row.text_hash)


Sent = tuple[Said, int, Mapping[str, Any]]
"""What a ballot says, its sequence, and what the browser answered."""


@dataclass(frozen=True, slots=True)
class Right:
    """Whether a member may vote on a resolution, and whether its device signs there.

    The key that counts is that of the roll. `is_known` False: no node answers now.
    """

    may: bool
    college: int
    signs: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Paper:
    """A ballot that a device may sign: its digest is the challenge."""

    sequence: int
    challenge: bytes
    credential: bytes

    def options(self, site: Site) -> dict[str, Any]:
        """Return what `navigator.credentials.get` takes, of this one passkey."""
        return {
            "challenge": bytes_to_base64url(self.challenge),
            "rpId": site.rp_id,
            "timeout": CHALLENGE_SECONDS * 1000,
            "userVerification": "required",
            "allowCredentials": [{"type": "public-key", "id": bytes_to_base64url(self.credential)}],
        }


@dataclass(frozen=True, slots=True)
class Own:
    """A member's own ballot that counts, or is on its way; else the last, which was refused.

    `choice` None: a sealed one. `why`: why the last that was sent was refused, if it was.
    """

    state: str
    choice: int | None
    sequence: int
    why: str
    stands: bool
    has_receipt: bool


def right_of(app: Services, session: Session, row: Resolution, member: int) -> Right:
    """Return whether a member stands on the roll of a resolution of the assembly."""
    try:
        entry = roll_entry(app.ledger, member, row.epoch)
        key = key_of(app.ledger, entry)
    except ChainError:
        return Right(may=False, college=0, is_known=False)
    may = row.body == Body.GENERAL_ASSEMBLY and entry.valid_on(row.record_day)
    try:
        signs = key == device_keys.device_key(session, app.community, member)
    except NoDeviceKeyError:
        signs = False
    return Right(may, int(entry.category), signs)


def paper(app: Services, session: Session, row: Resolution, member: int, said: Said) -> Paper:
    """Return the member's next ballot on a resolution.

    Raises BallotModeError, ChoiceError, NoDeviceKeyError, RangeError.
    """
    last, counted = ballots.newest(session, row.number, member), _counted(session, row.number, member)
    sequence = 1 + max(0 if last is None else last.sequence, 0 if counted is None else counted.sequence)
    challenge = digest(said.ballot(row, member, sequence), Assembly(app.ledger).domain)
    return Paper(sequence, challenge, device_keys.credential_of(session, member))


def cast(
    app: Services,
    session: Session,
    row: Resolution,
    member: int,
    sent: Sent,
    *,
    noted: ballots.Noted | None = None,
) -> str:
    """Keep a ballot that a device has signed, on a page of ours; return its state in the queue.

    `noted` writes what is kept with it or not at all. Raises PasskeyRefusedError, and as `accept_ballot`.
    """
    said, sequence, credential = sent
    challenge = digest(said.ballot(row, member, sequence), Assembly(app.ledger).domain)
    passkeys.confirm(app.engine, Site.of(app.settings), Answer(credential, challenge, holding(member)))
    key = Passkey.from_key(device_keys.device_key(session, app.community, member))
    signature = key.encode(assertion(credential), challenge)
    given = BallotGiven(member=member, **asdict(said), sequence=sequence, signature=to_hex(signature))
    return accept_ballot(app, row.number, given, noted)


def own_ballot(session: Session, number: int, member: int, lang: str) -> Own | None:
    """Return the ballot that a member sent here last and was not refused, or that stands on the chain."""
    last, counted = ballots.newest(session, number, member), _counted(session, number, member)
    row = _kept(session, number, member)
    best = row or counted
    why = ""
    if last is not None and (best is None or last.sequence > best.sequence):
        reason, explanation = ballot_refusal_text(last.trouble, lang)
        why = explanation or reason or ""
    if best is None:
        return (
            None if last is None else Own(last.state, last.choice or None, last.sequence, why, False, False)
        )
    stands = counted is not None and counted.sequence == best.sequence
    state = VoteState.DONE if row is None else row.state
    return Own(state, best.choice or None, best.sequence, why, stands, row is not None)


def is_opened(session: Session, number: int, member: int) -> bool:
    """Return whether the member has opened its sealed ballot here."""
    row = session.get(RelayOpening, (number, member))
    return row is not None and row.state != VoteState.REFUSED


def receipt(ledger: Ledger, session: Session, row: Resolution, member: int) -> str:
    """Return the receipt of a member's ballot that counts, or is on its way.

    To that of a sealed one the device adds choice and salt. Raises UnknownBallotError.
    """
    last = _kept(session, row.number, member)
    if last is None:
        raise UnknownBallotError(actual=member)
    told = {
        "chain_id": ledger.community.chain_id,
        "assembly": ledger.community.assembly,
        "resolution": row.number,
        "member": member,
        "sequence": last.sequence,
        **({"choice": Choice(last.choice).name.lower()} if last.choice else {}),
        "text_hash": to_hex(row.text_hash),
        "signature": to_hex(last.signature),
    }
    return json.dumps(told, indent=2) + "\n"


def _kept(session: Session, number: int, member: int) -> RelayBallot | None:
    """Return the queue's row of the ballot that counts, or is on its way; None when it was sent elsewhere."""
    row, counted = ballots.unrefused(session, number, member), _counted(session, number, member)
    return None if row is None or (counted is not None and counted.sequence > row.sequence) else row


def _counted(session: Session, number: int, member: int) -> read_model.Ballot | None:
    return session.get(read_model.Ballot, (number, member))


def assertion(credential: Mapping[str, Any]) -> Assertion:
    """Return what the browser answered. Raises AssertionShapeError."""
    try:
        answer = credential["response"]
        parts = [
            base64url_to_bytes(answer[name]) for name in ("authenticatorData", "clientDataJSON", "signature")
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssertionShapeError(field="credential", actual="…") from error
    return Assertion(*parts)
