"""Which transaction did what a member signed, as the chain's logs tell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from endogene_token.chain.calls import Ledger
from endogene_token.chain.contracts import Event, decode_log
from endogene_token.chain.logs import newest_logs, number_topic, topic
from endogene_token.hexes import from_hex
from endogene_token.member_acts import (
    AcceptingAccount,
    Act,
    AddingPartner,
    Asking,
    AskingCash,
    AttestingFact,
    AttestingPartner,
    Claiming,
    Content,
    DeclaringRelation,
    Drafting,
    Dropping,
    DroppingCash,
    Evaluating,
    FilingAccount,
    KeepingKey,
    Mentoring,
    Netting,
    Paying,
    Pledging,
    Releasing,
    Returning,
    Reviewing,
    Spend,
    StatingFact,
    Submitting,
)
from endogene_token.relay.member_acts import SignedMemberAct

EVENTS: Final[Mapping[type[Content], str]] = {
    Drafting: "ProjectDrafted",
    AddingPartner: "PartnerAdded",
    StatingFact: "FactStated",
    DeclaringRelation: "RelationDeclared",
    Submitting: "ProjectSubmitted",
    Mentoring: "MentoringAccepted",
    AttestingFact: "FactAttested",
    AttestingPartner: "PartnerAttested",
    Claiming: "TrancheClaimed",
    Reviewing: "ClaimReviewed",
    Releasing: "TrancheReleased",
    FilingAccount: "AccountFiled",
    AcceptingAccount: "TrancheAccounted",
    Pledging: "CoFinancingPledged",
    Evaluating: "ProjectEvaluated",
    Spend: "ProjectSpent",
    Returning: "SpendingReturned",
    Paying: "MerchantPaid",
    Netting: "CurrencyNetted",
    AskingCash: "CashRequested",
    DroppingCash: "CashRequestDropped",
    Asking: "RedemptionRequested",
    Dropping: "RedemptionDropped",
    KeepingKey: "KeyRotationCancelled",
}
"""The event that each action leaves behind."""

_NUMBERS: Final[Mapping[type[Content], str]] = {
    Drafting: "project",
    AskingCash: "request",
    Asking: "redemption",
}
_INDEXED: Final[Mapping[type[Content], Callable[[Act, Any], tuple[int | None, ...]]]] = {
    Drafting: lambda act, _: (None, act.subject, act.member),
    DeclaringRelation: lambda act, said: (act.subject, said.related),
    Spend: lambda act, said: (act.subject, said.spending.merchant),
    Paying: lambda act, said: (act.subject, said.merchant, int.from_bytes(said.invoice)),
    AskingCash: lambda act, _: (None, act.subject),
    DroppingCash: lambda _, said: (said.request,),
    Asking: lambda act, _: (None, act.member),
    Dropping: lambda _, said: (said.redemption,),
    KeepingKey: lambda act, _: (act.member,),
}
"""The numbers that the event is found by, where they are not the subject alone."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What an act left on the chain: its transaction, and the number of what it made, if it made anything."""

    transaction: bytes
    number: int | None


def trace(ledger: Ledger, signed: SignedMemberAct) -> Trace | None:
    """Return what the act left, or None: only a transaction that carries its signature did this very act.

    The same thing done by another act has another signature, for it bears another number.
    """
    act, contract = signed.act, signed.contract
    kind = type(act.content)
    indexed = _INDEXED.get(kind, _by_subject)(act, act.content)
    topics = [topic(contract, EVENTS[kind]), *(None if one is None else number_topic(one) for one in indexed)]
    for log in newest_logs(ledger, contract, topics):
        sent = ledger.rpc.request("eth_getTransactionByHash", [log["transactionHash"]])
        event = decode_log(contract, log)
        if event is not None and signed.signature in from_hex(sent["input"]):
            return Trace(from_hex(log["transactionHash"]), number_of(event, kind))
    return None


def number_of(event: Event, kind: type[Content]) -> int | None:
    """Return the number of what an action made, from its event; None for one that makes nothing."""
    name = _NUMBERS.get(kind)
    return None if name is None else int(event.arguments[name])


def _by_subject(act: Act, _: Any) -> tuple[int | None, ...]:
    return (act.subject,)
