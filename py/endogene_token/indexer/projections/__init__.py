"""The nouns of the read model, and which of them follows which event.

An anonymous sale credits nobody: `Members.credited[0]` is never written, since purchases without a member and
their refunds move no credit.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from endogene_token import crash
from endogene_token.indexer.bulk import PurchaseWriter
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.projections.ballots import Ballots
from endogene_token.indexer.projections.base import Handler, Projection
from endogene_token.indexer.projections.books import Books
from endogene_token.indexer.projections.charters import Charters, Powers
from endogene_token.indexer.projections.co_financing import CoFinancings, Loans
from endogene_token.indexer.projections.colleges import Colleges
from endogene_token.indexer.projections.conversions import CashRequests, MerchantPayments
from endogene_token.indexer.projections.directors import Directors
from endogene_token.indexer.projections.dossiers import Dossiers
from endogene_token.indexer.projections.governance import Governing
from endogene_token.indexer.projections.holdings import Holdings
from endogene_token.indexer.projections.operating import Operating
from endogene_token.indexer.projections.outflows import Outflows
from endogene_token.indexer.projections.project_calls import ProjectCalls
from endogene_token.indexer.projections.projects import Projects
from endogene_token.indexer.projections.purchases import Purchases
from endogene_token.indexer.projections.redemptions import Redemptions
from endogene_token.indexer.projections.resolutions import Resolutions
from endogene_token.indexer.projections.reversals import Refusals, Reversals
from endogene_token.indexer.projections.settlements import Settlements
from endogene_token.indexer.projections.spendings import Spendings
from endogene_token.indexer.projections.tranches import Tranches

Located = tuple[Place, Event]


def project(connection: Connection, located: Sequence[Located]) -> None:
    """Follow the events of one range, in their order, in the transaction of `connection`.

    Raises LedgerMismatchError when the chain tells another amount than its rules give.
    """
    with PurchaseWriter(connection) as writer:
        projections = _projections(writer)
        events = [event for _, event in located]
        for projection in projections:
            projection.load(connection, events)
        handlers = _handlers(projections)
        for place, event in located:
            for handle in handlers[type(event)]:
                handle(place, event)
    crash.point("indexer.purchases-written")
    for projection in projections:
        projection.write(connection)
        crash.point("indexer.projection-written")


def _projections(writer: PurchaseWriter) -> list[Projection]:
    books = Books()
    purchases = Purchases(books, writer.write)
    reversals = Reversals(books, purchases)
    register = (books.rules, books.members, books.merchants, books.tills)
    money = (purchases, reversals, Refusals(), Settlements(books))
    # What the fund tells of an act is noted before the contract that acted tells it.
    outflows = (books.outflow_rules, Outflows(books), Operating(books), books.echoes)
    return [*register, *money, *outflows, *_projects(books), books.pockets, *_votes()]


def _projects(books: Books) -> list[Projection]:
    echoes, calls, holdings = books.echoes, ProjectCalls(), Holdings()
    projects = Projects(calls, echoes)
    dossiers = (Dossiers(projects), Tranches(projects, echoes), CoFinancings(projects))
    spendings = Spendings(projects, holdings, echoes)
    conversions = (MerchantPayments(holdings, echoes), CashRequests(holdings, echoes))
    rest = (Loans(projects, echoes), Redemptions(echoes))
    return [calls, projects, *dossiers, spendings, *conversions, holdings, *rest]


def _votes() -> list[Projection]:
    governing, charters = Governing(), Charters()
    colleges = Colleges(governing)
    resolutions = Resolutions(charters, colleges)
    ballots = Ballots(resolutions, colleges)
    return [governing, charters, Powers(), Directors(), colleges, resolutions, ballots]


def _handlers(projections: Sequence[Projection]) -> dict[type[Event], list[Handler]]:
    """Return every handler of every event: two projections may follow one, neither replaces the other."""
    handlers: defaultdict[type[Event], list[Handler]] = defaultdict(list)
    for projection in projections:
        for kind, handle in projection.routes():
            handlers[kind].append(handle)
    return handlers
