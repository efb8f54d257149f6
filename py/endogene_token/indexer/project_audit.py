"""What the read model says of projects, against the chain's own views and against its own laws."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from endogene_token.chain.calls import Ledger, View
from endogene_token.indexer import project_models as pm
from endogene_token.indexer.differences import Difference, each_field
from endogene_token.indexer.dossier import arrears, missing
from endogene_token.indexer.read_money import ReadMoney, is_told, sums, written
from endogene_token.projects import Criterion, TrancheState, bits_of
from endogene_token.typed_data import as_word

CALL: Final = (
    *("budget", "closes_at", "attestor", "required", "min_partners", "min_kinds"),
    *("min_merchant_share_bps", "min_leverage_bps", "text_hash"),
)
PROJECT: Final = (
    *("state", "resumes_to", "instrument", "call", "applicant", "mentor", "signer", "resolution", "amount"),
    *("sought", "expires_at", "released", "received", "repaid", "written_off", "accounted", "is_mentored"),
)
LOAN: Final = ("first_due_at", "instalment_interval", "instalments")
PARTNER: Final = ("kind", "member", "attested", "organisation", "controller")
FACT: Final = ("value", "attestor", "evidence")
PROGRESS: Final = ("state", "attempt", "since", "reviewer")
OUT: Final = (TrancheState.RELEASED, TrancheState.ACCOUNTED)
NOTHING: Final[Mapping[Any, Any]] = {}

Numbered = Mapping[int, RowMapping]


def compare_projects(model: ReadMoney, ledger: Ledger, now: int) -> Iterator[Difference]:
    """Compare calls, projects and all that belongs to them; `now` is the time of the ledger's block."""
    calls = {row["number"]: row for row in model.rows(pm.ProjectCall)}
    projects = {row["number"]: row for row in model.rows(pm.Project)}
    yield from _calls(model, calls, ledger)
    yield from _projects(model, projects, ledger)
    yield from _dossiers(model, calls, projects, ledger)
    yield from _loans(projects, ledger, now)
    yield from _plans(model, projects, ledger)
    yield from _laws(model, projects)
    yield from _sources(model, ledger)


def _calls(model: ReadMoney, calls: Numbered, ledger: Ledger) -> Iterator[Difference]:
    issues, count = ledger.read([("ProjectBook", "issueCount", ()), ("ProjectBook", "callCount", ())])
    last = [row["issues"] for row in model.rows(pm.IssueList)][-1:]
    yield Difference("issues: count", issues, last[0] if last else 0)
    yield Difference("calls: count", count, len(calls))
    numbers = range(1, count + 1)
    terms, awarded = _each(ledger, "call", numbers), _each(ledger, "awardedOf", numbers)
    for number, told, sum_ in zip(numbers, terms, awarded, strict=True):
        fields = {**dict(zip(CALL, told, strict=True)), "awarded": sum_}
        yield from each_field(f"call {number}", fields, calls.get(number, NOTHING))


def _projects(model: ReadMoney, projects: Numbered, ledger: Ledger) -> Iterator[Difference]:
    count = _count(ledger)
    yield Difference("projects: count", count, len(projects))
    numbers = range(1, count + 1)
    balances = ledger.read([("ProjectCurrency", "balanceOfProject", (number,)) for number in numbers])
    for kind in (pm.ProjectPartner, pm.ProjectFact, pm.ProjectTranche, pm.ProjectLine):
        of_known = model.by_project(kind).keys() <= set(numbers)
        yield Difference(f"{kind.__tablename__}: of known projects", True, of_known)
    for number, told, balance in zip(numbers, _each(ledger, "project", numbers), balances, strict=True):
        *plain, loan, text = told
        fields = {**dict(zip(PROJECT, plain, strict=True)), **dict(zip(LOAN, loan, strict=True))}
        row = projects.get(number, NOTHING)
        yield from each_field(f"project {number}", {**fields, "text_hash": text, "balance": balance}, row)


def _dossiers(model: ReadMoney, calls: Numbered, projects: Numbered, ledger: Ledger) -> Iterator[Difference]:
    facts, partners = model.by_project(pm.ProjectFact), model.by_project(pm.ProjectPartner)
    numbers = range(1, _count(ledger) + 1)
    lacking, groupings = _each(ledger, "missing", numbers), _each(ledger, "partners", numbers)
    for number, bits, grouping in zip(numbers, lacking, groupings, strict=True):
        what, project = f"project {number}", projects.get(number)
        if project is not None and project["call"] in calls:
            ours = missing(calls[project["call"]], project, facts[number], partners[number])
            yield Difference(f"{what}: missing", bits, bits_of(ours))
        yield Difference(f"{what}: partners", len(grouping), len(partners[number]))
        for partner, row in zip(grouping, partners[number], strict=False):
            told = dict(zip(PARTNER, partner, strict=True))
            yield from each_field(f"{what}: partner {row['position']}", told, row)
    yield from _facts(model, numbers, ledger)
    related = model.rows(pm.ProjectRelation)
    views: list[View] = [("ProjectBook", "isRelated", (row["project"], row["member"])) for row in related]
    for row, told in zip(related, ledger.read(views), strict=True):
        yield Difference(f"project {row['project']}: relation of {row['member']}", told, True)


def _facts(model: ReadMoney, numbers: Sequence[int], ledger: Ledger) -> Iterator[Difference]:
    rows = model.by_key(pm.ProjectFact)
    nothing = {"value": 0, "attestor": 0, "evidence": bytes(32)}
    keys = [(number, int(criterion)) for number in numbers for criterion in Criterion]
    views: list[View] = [("ProjectBook", "fact", key) for key in keys]
    yield Difference("facts: of known criteria", True, rows.keys() <= set(keys))
    for key, told in zip(keys, ledger.read(views), strict=True):
        what, fields = f"project {key[0]}: fact {key[1]}", dict(zip(FACT, told, strict=True))
        yield from each_field(what, fields, rows.get(key, nothing))


def _loans(projects: Numbered, ledger: Ledger, now: int) -> Iterator[Difference]:
    numbers = [number for number in range(1, _count(ledger) + 1) if number in projects]
    views: list[View] = [("ProjectBook", "arrears", (number,)) for number in numbers]
    for number, told in zip(numbers, ledger.read_rows(views), strict=True):
        yield Difference(f"project {number}: arrears", told, arrears(projects[number], now))


def _plans(model: ReadMoney, projects: Numbered, ledger: Ledger) -> Iterator[Difference]:
    tranches, lines = model.by_project(pm.ProjectTranche), model.by_project(pm.ProjectLine)
    numbers = range(1, _count(ledger) + 1)
    planned, budgets = _each(ledger, "tranches", numbers), _each(ledger, "lines", numbers)
    for number, parts, budget in zip(numbers, planned, budgets, strict=True):
        what, row = f"project {number}", projects.get(number, NOTHING)
        yield Difference(f"{what}: tranches", len(parts), len(tranches[number]))
        yield Difference(f"{what}: count of tranches", len(parts), row.get("tranches"))
        yield Difference(f"{what}: lines", len(budget), len(lines[number]))
        for part, tranche in zip(parts, tranches[number], strict=False):
            told = dict(zip(("amount", "due_at", "milestone"), part, strict=True))
            yield from each_field(f"{what}: tranche {tranche['position']}", told, tranche)
        for one, line in zip(budget, lines[number], strict=False):
            told = {"amount": one[0], "merchant_kinds": as_word(one[1])}
            yield from each_field(f"{what}: line {line['position']}", told, line)
    yield from _progress(model.rows(pm.ProjectTranche), ledger)
    yield from _spent(model.rows(pm.ProjectLine), ledger)


def _progress(rows: Sequence[RowMapping], ledger: Ledger) -> Iterator[Difference]:
    keys = [(row["project"], row["position"]) for row in rows]
    views: list[View] = [("ProjectBook", "progress", key) for key in keys]
    for key, row, told in zip(keys, rows, ledger.read(views), strict=True):
        *plain, claim, account = told
        fields = {**dict(zip(PROGRESS, plain, strict=True)), "claim_hash": is_told(claim)}
        what = f"project {key[0]}: tranche {key[1]}"
        yield from each_field(what, fields, row)
        yield from each_field(what, {"account": is_told(account)}, {"account": is_told(row["account"])})


def _spent(rows: Sequence[RowMapping], ledger: Ledger) -> Iterator[Difference]:
    keys = [(row["project"], row["position"]) for row in rows]
    views: list[View] = [("ProjectCurrency", "spentOfLine", key) for key in keys]
    for (number, line), row, spent in zip(keys, rows, ledger.read(views), strict=True):
        yield Difference(f"project {number}: line {line}: spent", spent, row["spent"])


def _sources(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    rows = model.rows(pm.CoFinancing)
    views: list[View] = [("ProjectBook", "sourceOf", (row["source"],)) for row in rows]
    for row, project in zip(rows, ledger.read(views), strict=True):
        yield Difference(f"co-financing {written((row['source'],))}: project", project, row["project"])


def _laws(model: ReadMoney, projects: Numbered) -> Iterator[Difference]:
    """Compare each side of a law of the read model, as if the left one were the chain's."""
    tranches, lines = model.by_project(pm.ProjectTranche), model.by_project(pm.ProjectLine)
    received = sums(model.rows(pm.CoFinancing), "project", "amount")
    for number, row in projects.items():
        what, states = f"law: project {number}", [(one["state"], one["amount"]) for one in tranches[number]]
        released = sum(amount for state, amount in states if state in OUT)
        recalled = sum(amount for state, amount in states if state == TrancheState.RECALLED)
        open_ = sum(amount for state, amount in states) - released - recalled
        yield Difference(f"{what}: released", released, row["released"])
        yield Difference(f"{what}: recalled", recalled, row["recalled"])
        yield Difference(f"{what}: tranches = amount", open_ + released + recalled, row["amount"])
        accounted = sum(state == TrancheState.ACCOUNTED for state, _ in states)
        yield Difference(f"{what}: accounted", accounted, row["accounted"])
        spent = sum(line["spent"] for line in lines[number])
        account = spent + row["balance"] + row["unspent"]
        yield Difference(f"{what}: released = spent + balance + unspent", row["released"], account)
        yield Difference(f"{what}: received", received[number], row["received"])


def _count(ledger: Ledger) -> int:
    return int(ledger.read([("ProjectBook", "projectCount", ())])[0])


def _each(ledger: Ledger, view: str, numbers: Sequence[int]) -> list[Any]:
    return ledger.read([("ProjectBook", view, (number,)) for number in numbers])
