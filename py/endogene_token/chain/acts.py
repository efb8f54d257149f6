"""What a member may ask of the book, the currency and the redemption desk, as a call that a wallet sends."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from endogene_token.chain.artifacts import Name
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.resolutions import SIGNATURE_GAS
from endogene_token.chain.transactions import Call
from endogene_token.member_acts import (
    Act,
    ActDomain,
    AddingPartner,
    Asking,
    AskingCash,
    AttestingFact,
    AttestingPartner,
    Content,
    DeclaringRelation,
    Drafting,
    Dropping,
    DroppingCash,
    KeepingKey,
    Netting,
    Paying,
    Releasing,
    Returning,
    Reviewing,
    Spend,
    Submitting,
)

# Limits of gas, as in `transactions`; each holds with the signature of a passkey.
PARTNER_GAS: Final = 1_500_000  # 32 partners to compare with, at 6,300; five new slots
SUBMISSION_GAS: Final = 3_000_000  # 12 tranches and 16 lines of two new slots each, and their event
_GAS: Final[Mapping[type[Content], int]] = {AddingPartner: PARTNER_GAS, Submitting: SUBMISSION_GAS}
_IN_CURRENCY: Final = (Spend, Returning, Paying, Netting, AskingCash, DroppingCash)
_AT_DESK: Final = (Asking, Dropping)
_ARGUMENTS: Final[Mapping[type[Content], Callable[[Act, Any, int], tuple[object, ...]]]] = {
    Drafting: lambda act, said, _: (act.subject, act.member, said.text),
    DeclaringRelation: lambda act, said, _: (act.subject, said.related, act.member),
    AttestingFact: lambda act, said, _: (act.subject, int(said.criterion)),
    AttestingPartner: lambda act, said, _: (act.subject, said.index),
    Reviewing: lambda act, said, tranche: (act.subject, tranche, said.claim, said.is_approved),
    Releasing: lambda act, said, tranche: (act.subject, tranche, said.claim, act.member),
    Asking: lambda act, said, _: (act.member, *said.row()),
    KeepingKey: lambda act, _said, _: (act.member,),
    **dict.fromkeys((Spend, Returning, DroppingCash, Dropping), lambda _act, said, _: said.row()),
}
"""What stands before the signature in a call, where it is not the subject, then the content."""


def desk(content: type[Content]) -> Name:
    """Return the contract in which an action is taken."""
    if issubclass(content, _IN_CURRENCY):
        return "ProjectCurrency"
    if issubclass(content, KeepingKey):
        return "Membership"
    return "RedemptionDesk" if issubclass(content, _AT_DESK) else "ProjectBook"


def domain(community: Community, content: type[Content]) -> ActDomain:
    """Return where the signature of an action counts."""
    return ActDomain(community.chain_id, community.address(desk(content)))


def take(community: Community, act: Act, signature: bytes = b"", *, tranche: int = 0) -> Call:
    """Do what a member does. The account that is its key may, or anyone with the signature.

    `tranche`: that of a claim that is reviewed or released; the signature is over the claim's hash, which
    tells it.
    """
    kind = type(act.content)
    arguments = _ARGUMENTS.get(kind, _plainly)(act, act.content, tranche)
    data = encode(desk(kind), act.action, *arguments, signature)
    return Call(community.address(desk(kind)), data, _GAS.get(kind, SIGNATURE_GAS))


def _plainly(act: Act, said: Content, _: int) -> tuple[object, ...]:
    return (act.subject, *said.row())
