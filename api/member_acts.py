"""What a member's act for projects, project currency or redemptions must pass before it is accepted."""

from typing import Final

from api.act_schemas import MemberActGiven
from api.deps import Services
from endogene_token.act_json import content
from endogene_token.chain.acts import take
from endogene_token.chain.artifacts import Name
from endogene_token.chain.calls import Ledger
from endogene_token.chain.roll import NOW, is_signed, key_of, roll_entry
from endogene_token.errors import MemberNotValidError, MemberSignatureError
from endogene_token.hexes import from_hex
from endogene_token.member_acts import Act, Asking, Dropping, KeepingKey
from endogene_token.relay import member_acts
from endogene_token.relay.act_models import RelayMemberAct
from endogene_token.relay.member_acts import SignedMemberAct

DAY: Final = 86_400
_OF_HOLDERS: Final = (Asking, Dropping, KeepingKey)


def signed_act(given: MemberActGiven) -> SignedMemberAct:
    """Return the act as it was signed. Raises RangeError, LengthError."""
    told = given.act.model_dump()
    act = Act(given.member, given.subject, content(given.act.action, told), given.nonce)
    return SignedMemberAct(act, from_hex(given.signature), told.get("tranche", 0) if _has_claim(told) else 0)


def accept_member_act(app: Services, signed: SignedMemberAct) -> RelayMemberAct:
    """Check who signed an act, and that its contract would take it now; keep it and return it.

    One that follows another of its member is checked by the contract alone, when its turn comes. Credits are
    asked for by whoever holds the key, a member still or not. Raises MemberSignatureError,
    MemberNotValidError, ActNumberError, and the LedgerRefusal that it would meet.
    """
    act, community = signed.act, app.community
    entry = roll_entry(app.ledger, act.member, NOW)
    if not is_signed(app.ledger, key_of(app.ledger, entry), signed.digest(community), signed.signature):
        raise MemberSignatureError(actual=act.member)
    is_holder_enough = isinstance(act.content, _OF_HOLDERS)
    if not is_holder_enough and not entry.valid_on(app.clock.now() // DAY):
        raise MemberNotValidError(actual=act.member)
    nonce = chain_nonce(app.ledger, signed.contract, act.member)
    if nonce == act.nonce:
        _simulate(app, signed)
    return member_acts.accept(app.engine, signed, community, nonce)


def chain_nonce(ledger: Ledger, contract: Name, member: int) -> int:
    """Return how many acts of a member a contract has taken."""
    return int(ledger.read([(contract, "nonce", (member,))])[0])


def _has_claim(told: dict[str, object]) -> bool:
    return told["action"] in {"review", "release"}


def _simulate(app: Services, signed: SignedMemberAct) -> None:
    call = take(app.community, signed.act, signed.signature, tranche=signed.tranche)
    request = {"to": call.to, "data": call.data, "gas": hex(call.gas)}
    app.ledger.rpc.request("eth_call", [request, "pending"])
