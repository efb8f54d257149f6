"""What is told of an event of the ledger, and to whom. Pure.

Each field is named here: what nobody named is not told. Amounts are strings of minor units, hashes 0x….
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple

from endogene_token.act_json import word
from endogene_token.bylaws import Kind
from endogene_token.errors import DayError
from endogene_token.hexes import to_hex
from endogene_token.ids import day_date
from endogene_token.indexer import events as ev
from endogene_token.indexer import money_events as me
from endogene_token.indexer import project_events as pe
from endogene_token.indexer import vote_events as ve
from endogene_token.projects import ProjectState
from endogene_token.reasons import RefusalReason


class Audience(Enum):
    """Who may read of an event: everybody, the merchants whose business it is, the office for a member."""

    PUBLIC = "public"
    MERCHANT = "merchant"
    MEMBER = "member"


class Happening(NamedTuple):
    """An event as it is told; `id` is also its place in the list. It is the business of `merchants`."""

    id: str
    type: str
    timestamp: str
    data: dict[str, Any]
    audience: Audience
    merchants: frozenset[int]

    def as_json(self) -> dict[str, Any]:
        """Return what is sent: the same in the list of events and to endpoints."""
        return {"id": self.id, "type": self.type, "timestamp": self.timestamp, "data": self.data}


class Reader(NamedTuple):
    """Who reads: nobody in particular, a merchant, or an officer who sees merchants' or members' business."""

    merchant: int | None = None
    sees_merchants: bool = False
    sees_members: bool = False

    def audiences(self) -> frozenset[Audience]:
        """Return what this reader can be told of at all."""
        found = {Audience.PUBLIC}
        found |= {Audience.MERCHANT} if self.sees_merchants or self.merchant is not None else set()
        return frozenset(found | ({Audience.MEMBER} if self.sees_members else set()))

    def may_read(self, one: Happening) -> bool:
        """Return whether this event is this reader's to read."""
        if one.audience is Audience.MERCHANT and not self.sees_merchants:
            return self.merchant in one.merchants
        return one.audience in self.audiences()


class Telling(NamedTuple):
    """How a kind of event is told: the names of its fields, and how those are written that need it."""

    type: str
    audience: Audience
    fields: tuple[str, ...]


MONEY: Final = frozenset(
    {
        *("amount", "prepaid", "premium", "budget", "due", "unpaid", "recalled", "unspent", "operations"),
        *("reserve", "exposure_limit", "till_cap", "first", "second", "third", "later", "premiums"),
        *("cash_limit", "sought"),
    }
)
"""The fields that are amounts."""


def _public(type_: str, fields: str = "") -> Telling:
    return Telling(type_, Audience.PUBLIC, tuple(fields.split()))


def _merchant(type_: str, fields: str = "merchant") -> Telling:
    return Telling(type_, Audience.MERCHANT, tuple(fields.split()))


def _member(type_: str, fields: str = "member") -> Telling:
    return Telling(type_, Audience.MEMBER, tuple(fields.split()))


TOLD: Final[Mapping[type[Any], Telling]] = {
    ev.MemberAdmitted: _member("member.admitted"),
    ev.ValidityChanged: _member("member.validity-changed"),
    ev.CategoryChanged: _member("member.category-changed"),
    ev.KeyRotated: _member("member.key-rotated"),
    ev.MerchantEnrolled: _merchant("merchant.enrolled", "merchant rate_bps exposure_limit till_cap"),
    ev.RateScheduled: _merchant("merchant.rate-scheduled", "merchant rate_bps from_day"),
    ev.LimitsChanged: _merchant("merchant.limits-changed", "merchant exposure_limit till_cap"),
    ev.MerchantSuspended: _merchant("merchant.suspended"),
    ev.MerchantReinstated: _merchant("merchant.reinstated"),
    ev.TillEnrolled: _merchant("till.enrolled", "till merchant"),
    ev.TillRevoked: _merchant("till.revoked", "till"),
    ev.RulesPublished: _public("rules.published", "version"),
    ev.PurchasesRecorded: _merchant("purchases.recorded", "merchant till first_sequence size"),
    ev.PurchaseRefused: _merchant("purchase.refused", "till sequence reason"),
    ev.PurchaseReversed: _merchant("purchase.reversed", "till sequence reversal"),
    ev.ReversalRefused: _merchant("reversal.refused", "till sequence reason reversal"),
    ev.PremiumsSettled: _merchant("premiums.settled", "merchant amount prepaid bank_reference"),
    ve.GovernorChanged: _public("governor.changed", "governor"),
    ve.Paused: _public("fund.paused", "until"),
    ve.PauseSettled: _public("fund.pause-settled", "until"),
    ve.CharterPublished: _public("charter.published", "version"),
    ve.DirectorSeated: _public("director.seated", "member until"),
    ve.DirectorUnseated: _public("director.unseated", "member"),
    ve.ResolutionProposed: _public("resolution.proposed", "resolution kind text"),
    ve.NoticeGiven: _public("resolution.noticed", "resolution record_day opens_at closes_at"),
    ve.VoteExtended: _public("resolution.extended", "resolution closes_at"),
    ve.ResolutionAnnulled: _public("resolution.annulled", "resolution reason"),
    ve.ResolutionExecuted: _public("resolution.executed", "resolution"),
    pe.IssuesPublished: _public("issues.published", "text"),
    pe.CallOpened: _public("call.opened", "call terms"),
    pe.ProjectDrafted: _public("project.drafted", "project call"),
    pe.ProjectSubmitted: _public("project.submitted", "project plan"),
    pe.MentoringAccepted: _public("project.mentored", "project"),
    pe.ProjectEligible: _public("project.eligible", "project"),
    pe.PutToVote: _public("project.put-to-vote", "project resolution"),
    pe.VoteLost: _public("project.vote-lost", "project resolution"),
    pe.ProjectAwarded: _public("project.awarded", "project amount"),
    pe.TrancheClaimed: _public("tranche.claimed", "project tranche"),
    pe.ClaimReviewed: _public("tranche.reviewed", "project tranche approved"),
    pe.TrancheReleased: _public("tranche.released", "project tranche amount"),
    pe.ClaimLapsed: _public("tranche.lapsed", "project tranche"),
    pe.AccountFiled: _public("tranche.account-filed", "project tranche"),
    pe.TrancheAccounted: _public("tranche.accounted", "project tranche"),
    pe.CoFinancingReceived: _public("project.co-financed", "project money"),
    pe.ProjectSuspended: _public("project.suspended", "project"),
    pe.ProjectResumed: _public("project.resumed", "project"),
    pe.ProjectCompleted: _public("project.completed", "project"),
    pe.ProjectEvaluated: _public("project.evaluated", "project report"),
    pe.ProjectClosed: _public("project.closed", "project state recalled unspent"),
    pe.LoanRepaid: _public("loan.repaid", "project amount"),
    pe.LoanWrittenOff: _public("loan.written-off", "project amount"),
    me.OutflowRulesPublished: _public("outflow-rules.published", "version"),
    me.MerchantKindSet: _merchant("merchant.kind-set", "merchant kind"),
    me.ProjectSpent: _public("project.spent", "project merchant spending premium"),
    me.SpendingReturned: _public("project.spending-returned", "project merchant invoice amount premium"),
    me.MerchantPaid: _merchant("currency.paid-on", "payer merchant invoice moved premium"),
    me.CurrencyNetted: _merchant("currency.netted", "merchant netted"),
    me.CashRequested: _merchant("cash.requested", "request merchant amount payable_from"),
    me.CashRequestDropped: _merchant("cash.request-dropped", "request"),
    me.CashPaid: _merchant("cash.paid", "request merchant paid bank_reference"),
    me.DebtWrittenOff: _merchant("debt.written-off", "merchant amount"),
    me.DueAttested: _public("due.attested", "due until"),
    me.ShortfallBorne: _public("shortfall.borne", "operations reserve"),
    me.OperatingAllowed: _public("operating.allowed", "amount"),
    me.OperatingPaid: _public("operating.paid", "amount"),
    me.RedemptionRequested: _member("redemption.requested", "redemption member amount"),
    me.RedemptionAttested: _member("redemption.attested", "redemption"),
    me.RedemptionApproved: _member("redemption.approved", "redemption"),
    me.RedemptionInstalment: _member("redemption.instalment-paid", "redemption amount"),
    me.RedemptionCompleted: _member("redemption.completed", "redemption"),
    me.RedemptionDropped: _member("redemption.dropped", "redemption unpaid"),
}
UNTOLD: Final[frozenset[type[Any]]] = frozenset(
    {
        # Who voted is nobody's affair; a resolution tells its counts when they may be told.
        *(ve.BallotsCast, ve.SealedBallotsCast, ve.BallotsOpened, ve.InterestDeclared),
        ve.PowerSet,  # part of a charter, which is told
        # Parts of a dossier, while it is written: the project tells them.
        *(pe.PartnerAdded, pe.PartnerAttested, pe.FactStated, pe.FactAttested),
        *(pe.RelationDeclared, pe.CoFinancingPledged),
        *me.Echo.__args__,  # each repeats what is told of the same act
    }
)
TYPES: Final = tuple(sorted(one.type for one in TOLD.values()))
BY_TYPE: Final[Mapping[str, Telling]] = {one.type: one for one in TOLD.values()}


def happening(place: ev.Place, event: ev.Event, merchants: frozenset[int]) -> Happening:
    """Return what is told of an event of `TOLD`, which is the business of these merchants."""
    told = TOLD[type(event)]
    data = {name: value for field in told.fields for name, value in _written(event, field)}
    at = datetime.fromtimestamp(place.block_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Happening(f"{place.block_number}-{place.log_index}", told.type, at, data, told.audience, merchants)


@cache
def topics(types: frozenset[str]) -> frozenset[bytes]:
    """Return the topics of the logs of these types."""
    return frozenset(
        topic
        for name in ev.CONTRACTS
        for topic, (kind, _) in ev.layouts(name).items()
        if kind is not None and kind in TOLD and TOLD[kind].type in types
    )


def _written(event: Any, field: str) -> list[tuple[str, Any]]:
    own = _OWN.get(field)
    if own is not None:
        return list(own(event).items())
    value = getattr(event, field)
    return [(_NAMES.get(field, field), _plain(field, value))]


def _plain(field: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return to_hex(value)
    return str(value) if field in MONEY else value


def _reason(event: Any) -> dict[str, Any]:
    """The reason of a refusal, as a word; an annulled resolution tells a hash."""
    if isinstance(event.reason, bytes):
        return {"reason": to_hex(event.reason)}
    known = event.reason in set(RefusalReason)
    return {"reason": RefusalReason(event.reason).code if known else f"reason-{event.reason}"}


def _day(number: int) -> str:
    try:
        return day_date(number).isoformat()
    except DayError:  # past the year 9999
        return str(number)


def _holding(field: str) -> Callable[[Any], dict[str, Any]]:
    return lambda event: {"amount": str(sum(getattr(event, field)))}


_NAMES: Final = {"first_sequence": "batch", "size": "purchases", "text": "text_hash"}
_OWN: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "kind": lambda event: {"kind": word(Kind(event.kind)) if hasattr(event, "resolution") else event.kind},
    "from_day": lambda event: {"from_day": _day(event.from_day)},
    "record_day": lambda event: {"record_day": _day(event.record_day)},
    "reason": _reason,
    "sequence": lambda event: {"id": f"{event.till}-{event.sequence}"},
    "reversal": lambda event: {
        "purchase_id": f"{event.reversal.purchase_till}-{event.reversal.purchase_sequence}",
        "amount": str(event.reversal.amount),
    },
    "terms": lambda event: {"budget": str(event.terms.budget), "closes_at": event.terms.closes_at},
    "plan": lambda event: {"amount": str(event.plan.amount), "sought": str(event.plan.sought)},
    "money": lambda event: {"amount": str(event.money.amount)},
    "state": lambda event: {"state": word(ProjectState(event.state))},
    "spending": lambda event: {
        "amount": str(event.spending.amount),
        "line": event.spending.line,
        "invoice": to_hex(event.spending.invoice),
    },
    "moved": _holding("moved"),
    "netted": _holding("netted"),
    "paid": _holding("paid"),
}
"""The fields that are told otherwise than as they are."""
