"""Everything that the contracts tell of a community's money, beside what the model says of it."""

from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import Any

from endogene_token.chain.calls import Ledger, View
from endogene_token.chain.projects import Project
from endogene_token.projects import TrancheState
from tests.contracts.community_model import FundModel
from tests.contracts.community_works import CommunityModel, Work

Row = tuple[View, Callable[[Any], object], object]
"""A view, what is taken of its answer, and what that must be."""


Difference = tuple[View, object, object]
"""A view, what it tells, and what the model says."""


def differences(ledger: Ledger, model: CommunityModel, people: list[int]) -> list[Difference]:
    """Return the views that tell something else than the model."""
    rows = [*_rows(model, people)]
    answers = ledger.read([view for view, _, _ in rows])
    told = [(*row, answer) for row, answer in zip(rows, answers, strict=True)]
    return [(view, read(answer), said) for view, read, said, answer in told if read(answer) != said]


def is_balanced(model: CommunityModel) -> bool:
    """Return whether every cent of the model is in one pocket."""
    one = model.balance_sheet()
    assets = one.cash + one.premiums_receivable + one.loans_receivable
    owed = one.credits_outstanding + one.merchant_prepayments + one.currency_outstanding + one.commitments
    return assets == owed + one.reserve + one.operations + one.free


def _rows(model: CommunityModel, people: list[int]) -> Iterator[Row]:
    yield from _fund(model)
    yield from _register(model, people)
    for number, work in model.works.items():
        yield from _work(number, work)
    yield from _papers(model)


def _fund(model: FundModel) -> Iterator[Row]:
    for view, expected in {
        "balanceSheet": astuple(model.balance_sheet()),
        "solvency": astuple(model.solvency()),
        "redemptionsBacked": model.backed(),
        "operatingAllowed": model.allowed,
        "creditsOutstanding": model.credits.total(),
    }.items():
        yield ("CommunityFund", view, ()), _plain, expected
    yield ("CommunityCredit", "totalSupply", ()), _plain, model.credits.total()
    yield ("ProjectCurrency", "totalSupply", ()), _plain, model.currency()


def _register(model: FundModel, people: list[int]) -> Iterator[Row]:
    for member in people:
        yield ("CommunityCredit", "account", (member,)), _first, model.credits[member]
    for number, shop in model.shops.items():
        yield ("CommunityFund", "merchantAccount", (number,)), _plain, (shop.owed, shop.prepaid)
        yield ("ProjectCurrency", "holdingOf", (number,)), _plain, tuple(shop.rounds)
        yield ("ProjectCurrency", "requestedOf", (number,)), _plain, shop.requested


def _work(number: int, work: Work) -> Iterator[Row]:
    sums = (work.released, work.received, work.repaid, work.written_off, work.accounted)
    expected = (work.state, work.resumes_to, work.amount, *sums)
    yield ("ProjectBook", "project", (number,)), _project, expected
    yield ("ProjectCurrency", "balanceOfProject", (number,)), _plain, work.balance
    for line, spent in enumerate(work.spent):
        yield ("ProjectCurrency", "spentOfLine", (number, line)), _plain, spent
    for tranche, step in enumerate(work.steps):
        yield ("ProjectBook", "progress", (number, tranche)), _state, step.state


def _papers(model: CommunityModel) -> Iterator[Row]:
    for invoice, sale in model.invoices.items():
        expected = (sale.project, sale.shop, sale.amount, sale.premium, sale.line)
        yield ("ProjectCurrency", "saleOf", (invoice,)), _plain, expected
    for number, asked in enumerate(model.asked, 1):
        row = (asked.shop, asked.amount, asked.payable_from, asked.is_open)
        yield ("ProjectCurrency", "cashRequest", (number,)), _plain, row
    for number, one in enumerate(model.remittances, 1):
        paper = (one.member, one.state, one.amount, one.paid)
        yield ("RedemptionDesk", "redemption", (number,)), _redemption, paper


def _plain(answer: Any) -> object:
    return answer


def _first(answer: Any) -> object:
    return answer[0]


def _state(answer: Any) -> object:
    return TrancheState(answer[0])


def _project(answer: Any) -> object:
    one = Project.read(answer)
    sums = (one.released, one.received, one.repaid, one.written_off, one.accounted)
    return (one.state, one.resumes_to, one.amount, *sums)


def _redemption(answer: Any) -> object:
    member, state, _, amount, paid, *_ = answer
    return (member, state, amount, paid)
