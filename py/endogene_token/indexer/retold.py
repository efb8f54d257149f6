"""What goes out, told again from the events alone: for what no view of the chain tells.

Not by the projections' own way: here each event says by itself what it leaves in a row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel

from endogene_token.indexer import money_events as me
from endogene_token.indexer import money_models as mm
from endogene_token.indexer import project_events as pe
from endogene_token.indexer import project_models as pm
from endogene_token.indexer.events import CONTRACTS, Decoder, Log, Place, layouts
from endogene_token.indexer.events import Event as Told
from endogene_token.indexer.models import Event, table_of
from endogene_token.indexer.projections.base import origin
from endogene_token.projects import RedemptionState
from endogene_token.typed_data import WORD

EVENTS: Final = table_of(Event)
PAID, DROPPED = 2, 3  # states of a request of cash

Key: TypeAlias = tuple[Any, ...]
Columns: TypeAlias = dict[str, Any]
Left: TypeAlias = tuple[type[SQLModel], Key, Columns]
"""A row that an event leaves, or changes: its table, its key, and the columns of which it tells."""


def _here(place: Place) -> Key:
    return place.block_number, place.log_index


def _copy(model: type[SQLModel], key: str) -> Callable[[Place, Any], Left]:
    """Return what tells a row that repeats its event, by the field that is its key."""
    return lambda place, event: (model, (getattr(event, key),), {**event._asdict(), **origin(place)})


def _placed(model: type[SQLModel]) -> Callable[[Place, Any], Left]:
    """Return what tells a row that repeats its event, and has no other key than its place."""
    return lambda place, event: (model, _here(place), {**event._asdict(), **origin(place)})


def _at(model: type[SQLModel], key: str, column: str) -> Callable[[Place, Any], Left]:
    """Return what tells when a row came to a state."""
    return lambda place, event: (model, (getattr(event, key),), {column: place.block_time})


def _opened(place: Place, event: pe.CallOpened) -> Left:
    return pm.ProjectCall, (event.call,), _without(origin(place), "log_index")


def _drafted(place: Place, event: pe.ProjectDrafted) -> Left:
    said = {"call": event.call, "applicant": event.applicant, "text_hash": event.text}
    return pm.Project, (event.project,), {**said, **_without(origin(place), "log_index")}


def _closed(place: Place, event: pe.ProjectClosed) -> Left:
    return pm.Project, (event.project,), {"recalled": event.recalled, "closed_at": place.block_time}


def _evaluated(_place: Place, event: pe.ProjectEvaluated) -> Left:
    return pm.Project, (event.project,), {"report": event.report}


def _related(_place: Place, event: pe.RelationDeclared) -> Left:
    return pm.ProjectRelation, tuple(event), event._asdict()


def _claimed(_place: Place, event: pe.TrancheClaimed) -> Left:
    said = {"evidence": event.claim.evidence, "payee": event.claim.payee, "releaser": 0}
    return pm.ProjectTranche, (event.project, event.tranche), said


def _released(place: Place, event: pe.TrancheReleased) -> Left:
    said = {"releaser": event.releaser, "released_at": place.block_time}
    return pm.ProjectTranche, (event.project, event.tranche), said


def _received(place: Place, event: pe.CoFinancingReceived) -> Left:
    said = {"project": event.project, **event.money._asdict()}
    return pm.CoFinancing, (event.money.source,), {**said, **origin(place)}


def _rules(place: Place, event: me.OutflowRulesPublished) -> Left:
    said = {**event.rules._asdict(), "block_number": place.block_number}
    return mm.OutflowRulesVersion, (event.version,), said


def _loss(place: Place, event: me.DebtWrittenOff | pe.LoanWrittenOff) -> Left:
    said = {"merchant": 0, "project": 0, **event._asdict()}
    return mm.WriteOff, _here(place), {**said, **origin(place)}


def _spent(place: Place, event: me.ProjectSpent) -> Left:
    said = {**event.spending._asdict(), "premium": event.premium}
    return mm.Spending, (event.spending.invoice,), {**said, **origin(place)}


def _returned(place: Place, event: me.SpendingReturned) -> Left:
    said = {"invoice": event.invoice, "amount": event.amount, "premium": event.premium}
    return mm.SpendingReturn, _here(place), {**said, **origin(place)}


def _paid(place: Place, event: me.MerchantPaid) -> Left:
    said = {"payer": event.payer, "merchant": event.merchant, "premium": event.premium}
    return mm.MerchantPayment, (event.invoice,), {**said, **event.moved._asdict(), **origin(place)}


def _netted(place: Place, event: me.CurrencyNetted) -> Left:
    said = {"merchant": event.merchant, **event.netted._asdict()}
    return mm.Netting, _here(place), {**said, **origin(place)}


def _asked(place: Place, event: me.CashRequested) -> Left:
    said = {"merchant": event.merchant, "amount": event.amount, "payable_from": event.payable_from}
    return mm.CashRequest, (event.request,), {**said, "requested_at": place.block_time}


def _cashed(place: Place, event: me.CashPaid) -> Left:
    said = {**event.paid._asdict(), "bank_reference": event.bank_reference, "state": PAID}
    return mm.CashRequest, (event.request,), {**said, **origin(place)}


def _dropped(place: Place, event: me.CashRequestDropped) -> Left:
    return mm.CashRequest, (event.request,), {"state": DROPPED, **origin(place)}


def _requested(place: Place, event: me.RedemptionRequested) -> Left:
    said = _without({**event._asdict(), **origin(place)}, "redemption", "log_index")
    return mm.Redemption, (event.redemption,), said


def _approved(place: Place, event: me.RedemptionApproved) -> Left:
    said = {"approver": event.approver, "approved_at": place.block_time}
    return mm.Redemption, (event.redemption,), said


def _ended(place: Place, event: me.RedemptionCompleted | me.RedemptionDropped) -> Left:
    is_paid = isinstance(event, me.RedemptionCompleted)
    state = RedemptionState.PAID if is_paid else RedemptionState.DROPPED
    return mm.Redemption, (event.redemption,), {"state": int(state), "closed_at": place.block_time}


def _without(said: Columns, *names: str) -> Columns:
    return {name: value for name, value in said.items() if name not in names}


LEAVES: Final[Mapping[type[Any], Callable[[Place, Any], Left]]] = {
    pe.CallOpened: _opened,
    pe.ProjectDrafted: _drafted,
    pe.ProjectSubmitted: _at(pm.Project, "project", "submitted_at"),
    pe.ProjectAwarded: _at(pm.Project, "project", "awarded_at"),
    pe.ProjectCompleted: _at(pm.Project, "project", "completed_at"),
    pe.ProjectClosed: _closed,
    pe.ProjectEvaluated: _evaluated,
    pe.RelationDeclared: _related,
    pe.TrancheClaimed: _claimed,
    pe.TrancheReleased: _released,
    pe.CoFinancingPledged: _placed(pm.CoFinancingPledge),
    pe.CoFinancingReceived: _received,
    pe.LoanRepaid: _copy(pm.LoanRepayment, "bank_reference"),
    pe.LoanWrittenOff: _loss,
    me.DebtWrittenOff: _loss,
    me.ShortfallBorne: _placed(mm.Shortfall),
    me.OutflowRulesPublished: _rules,
    me.DueAttested: _placed(mm.Attestation),
    me.OperatingAllowed: _placed(mm.OperatingAllowance),
    me.OperatingPaid: _copy(mm.OperatingPayment, "bank_reference"),
    me.ProjectSpent: _spent,
    me.SpendingReturned: _returned,
    me.MerchantPaid: _paid,
    me.CurrencyNetted: _netted,
    me.CashRequested: _asked,
    me.CashPaid: _cashed,
    me.CashRequestDropped: _dropped,
    me.RedemptionRequested: _requested,
    me.RedemptionAttested: _at(mm.Redemption, "redemption", "attested_at"),
    me.RedemptionApproved: _approved,
    me.RedemptionInstalment: _copy(mm.RedemptionPayment, "bank_reference"),
    me.RedemptionCompleted: _ended,
    me.RedemptionDropped: _ended,
}

Retold: TypeAlias = dict[type[SQLModel], dict[Key, Columns]]
"""By table and key, the columns of which the events tell."""


def retold(connection: Connection, decoder: Decoder) -> Retold:
    """Return what the raw events, as they were read, tell of each row."""
    found: Retold = {}
    lists = pocket = 0
    for place, event in _events(connection, decoder):
        if isinstance(event, me.LoanLossBooked):  # of which loan, the book's next event tells
            pocket = event.pocket
            continue
        if isinstance(event, pe.IssuesPublished):  # its versions are counted, nobody tells them
            lists += 1
            said = {"issues": event.count, "text_hash": event.text, "block_number": place.block_number}
            left: Left = (pm.IssueList, (lists,), said)
        else:
            left = LEAVES[type(event)](place, event)
        model, key, columns = left
        if isinstance(event, pe.LoanWrittenOff):
            columns["pocket"] = pocket
        found.setdefault(model, {}).setdefault(key, {}).update(columns)
    return found


def _events(connection: Connection, decoder: Decoder) -> Iterator[tuple[Place, Told]]:
    topic = func.substr(EVENTS.c.topics, 1, WORD)
    wanted = topic.in_(list(_topics({*LEAVES, pe.IssuesPublished, me.LoanLossBooked})))
    order = (EVENTS.c.block_number, EVENTS.c.log_index)
    for row in connection.execute(select(EVENTS).where(wanted).order_by(*order)):
        place = Place(row.block_number, row.block_hash, row.block_time, row.transaction_hash, row.log_index)
        event = decoder.decode(Log(place, row.address, row.topics, row.data))
        if event is not None:
            yield place, event


def _topics(kinds: Iterable[type[Any]]) -> Iterator[bytes]:
    names = set(kinds)
    for name in CONTRACTS:
        yield from (topic for topic, (kind, _) in layouts(name).items() if kind in names)
