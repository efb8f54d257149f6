"""What the read model says of currency, redemptions and losses, against the chain and its own laws."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from endogene_token.chain.calls import Ledger, View
from endogene_token.chain.views import Pocket
from endogene_token.hexes import from_hex
from endogene_token.indexer import money_models as mm
from endogene_token.indexer import project_models as pm
from endogene_token.indexer.differences import Difference, each_field
from endogene_token.indexer.read_money import ReadMoney, is_told, sums, written
from endogene_token.projects import Instrument, RedemptionState

ROUNDS: Final = ("first", "second", "third", "later")
RULES: Final = (
    *("coverage_floor_bps", "cash_delay", "cash_limit", "judging_time", "longest_attestation"),
    *("debt_pocket", "loan_pocket"),
)
REQUEST: Final = ("merchant", "amount", "payable_from")
SALE: Final = ("project", "merchant", "amount", "premium", "line")
REDEMPTION: Final = ("member", "state", "reason", "amount", "paid")
NOTHING: Final[Mapping[Any, Any]] = {}
PAID_BY_BANK: Final = (pm.LoanRepayment, mm.OperatingPayment, mm.RedemptionPayment)
OPEN: Final = 1
PAID: Final = 2
OPEN_REDEMPTION: Final = (RedemptionState.REQUESTED, RedemptionState.ATTESTED, RedemptionState.APPROVED)


def compare_money(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    """Compare rules, holdings, invoices, cash, redemptions, pockets; `ledger` answers as of the block."""
    yield from _rules(model, ledger)
    yield from _merchants(model, ledger)
    yield from _invoices(model, ledger)
    yield from _requests(model, ledger)
    yield from _redemptions(model, ledger)
    yield from _references(model, ledger)
    yield from _pockets(model, ledger)
    yield from _pocket_laws(model)
    yield from _share_laws(model)
    yield from _holding_laws(model)
    yield from _row_laws(model)


def _rules(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    rows = model.rows(mm.OutflowRulesVersion)
    version, rules = ledger.read([("Rulebook", "outflowVersion", ()), ("Rulebook", "outflowRules", ())])
    yield Difference("outflow rules: versions", version, len(rows))
    told = dict(zip(RULES, rules, strict=True))
    yield from each_field(f"outflow rules {version}", told, rows[-1] if rows else dict.fromkeys(RULES, 0))


def _merchants(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    numbers = [row["number"] for row in model.merchants]
    holdings = {row["merchant"]: row for row in model.rows(mm.MerchantHolding)}
    yield Difference("holdings: merchants", True, set(holdings) <= set(numbers))
    kinds = ledger.read([("Membership", "merchantKind", (number,)) for number in numbers])
    held = ledger.read([("ProjectCurrency", "holdingOf", (number,)) for number in numbers])
    asked = ledger.read([("ProjectCurrency", "requestedOf", (number,)) for number in numbers])
    nothing = dict.fromkeys((*ROUNDS, "requested"), 0)
    for row, kind, holding, requested in zip(model.merchants, kinds, held, asked, strict=True):
        number = row["number"]
        yield Difference(f"merchant {number}: kind", kind, row["kind"])
        told = {**dict(zip(ROUNDS, holding, strict=True)), "requested": requested}
        yield from each_field(f"holding of merchant {number}", told, holdings.get(number, nothing))


def _invoices(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    spent, paid = model.rows(mm.Spending), model.rows(mm.MerchantPayment)
    sales = ledger.read([("ProjectCurrency", "saleOf", (row["invoice"],)) for row in spent])
    for row, sale in zip(spent, sales, strict=True):
        left = {
            "amount": row["amount"] - row["returned"],
            "premium": row["premium"] - row["premium_returned"],
        }
        told = dict(zip(SALE, sale, strict=True))
        yield from each_field(f"spending {written((row['invoice'],))}", told, {**row, **left})
    known = ledger.read([("ProjectCurrency", "invoicePaid", (row["invoice"],)) for row in paid])
    for row, is_paid in zip(paid, known, strict=True):
        yield Difference(f"payment {written((row['invoice'],))}", is_paid, True)


def _requests(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    rows = {row["number"]: row for row in model.rows(mm.CashRequest)}
    count = ledger.read([("ProjectCurrency", "requestCount", ())])[0]
    yield Difference("cash requests: count", count, len(rows))
    numbers = range(1, count + 1)
    views: list[View] = [("ProjectCurrency", "cashRequest", (number,)) for number in numbers]
    for number, told in zip(numbers, ledger.read(views), strict=True):
        *plain, is_open = told
        what, row = f"cash request {number}", rows.get(number, NOTHING)
        yield from each_field(what, dict(zip(REQUEST, plain, strict=True)), row)
        yield Difference(f"{what}: open", is_open, row.get("state") == OPEN)


def _redemptions(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    rows = {row["number"]: row for row in model.rows(mm.Redemption)}
    count = ledger.read([("RedemptionDesk", "redemptionCount", ())])[0]
    yield Difference("redemptions: count", count, len(rows))
    numbers = range(1, count + 1)
    views: list[View] = [("RedemptionDesk", "redemption", (number,)) for number in numbers]
    for number, told in zip(numbers, ledger.read(views), strict=True):
        *plain, attestor, payee, evidence = told
        fields = {**dict(zip(REDEMPTION, plain, strict=True)), "payee": payee}
        row = rows.get(number, NOTHING)
        yield from each_field(f"redemption {number}", fields, row)
        seen = {"attestor": is_told(from_hex(attestor)), "evidence": is_told(evidence)}
        ours = {"attestor": row.get("attestor", b""), "evidence": is_told(row.get("evidence", b""))}
        yield from each_field(f"redemption {number}", seen, ours)
    open_ = {row["member"]: row["number"] for row in rows.values() if row["state"] in OPEN_REDEMPTION}
    members = sorted({row["member"] for row in rows.values()})
    told_open = ledger.read([("RedemptionDesk", "openOf", (member,)) for member in members])
    for member, number in zip(members, told_open, strict=True):
        yield Difference(f"member {member}: open redemption", number, open_.get(member, 0))


def _references(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    references = [row["bank_reference"] for kind in PAID_BY_BANK for row in model.rows(kind)]
    references += [row["bank_reference"] for row in model.rows(mm.CashRequest) if row["bank_reference"]]
    views: list[View] = [("CommunityFund", "referenceUsed", (one,)) for one in references if len(one) == 32]
    yield Difference("bank references: used", sum(ledger.read(views)), len(references))


def _pockets(model: ReadMoney, ledger: Ledger) -> Iterator[Difference]:
    """Compare the parts of pockets, and what bounds the outflows."""
    pockets, solvency = model.pockets, ledger.solvency()
    views: list[View] = [("CommunityFund", name, ()) for name in ("redemptionsBacked", "operatingAllowed")]
    backed, allowed = ledger.read(views)
    yield Difference("fund: redemptions_backed", backed, pockets["redemptions_backed"])
    yield Difference("fund: operating_allowed", allowed, pockets["operating_allowed"])
    spoken_for = ("currency_outstanding", "commitments", "redemptions_backed")
    liquid = pockets["cash"] - sum(pockets[name] for name in spoken_for)
    yield Difference("fund: liquid", solvency.liquid, liquid)
    # A refund after an approval may leave fewer credits than were approved.
    credits_ = max(0, pockets["credits_outstanding"] - pockets["redemptions_backed"])
    yield Difference("fund: credits to cover", solvency.credits, credits_)
    last = [(row["due"], row["until"]) for row in model.rows(mm.Attestation)][-1:]
    yield Difference("fund: due", (solvency.due, solvency.attested_until), last[0] if last else (0, 0))
    [supply] = ledger.read([("ProjectCurrency", "totalSupply", ())])
    yield Difference("currency: total supply", supply, pockets["currency_outstanding"])


def _pocket_laws(model: ReadMoney) -> Iterator[Difference]:
    """Compare each pocket with the rows that it is made of, as if the pocket were the chain's."""
    pockets, projects = model.pockets, model.rows(pm.Project)
    awarded = [row for row in projects if row["awarded_at"]]
    committed = sum(row["amount"] - row["released"] - row["recalled"] for row in awarded)
    yield Difference("law: commitments", pockets["commitments"], committed)
    owed = sum(
        row["released"] - row["repaid"] - row["written_off"]
        for row in projects
        if row["instrument"] == Instrument.LOAN
    )
    yield Difference("law: loans_receivable", pockets["loans_receivable"], owed)
    held = sum(row["balance"] for row in projects)
    held += sum(row[name] for row in model.rows(mm.MerchantHolding) for name in ROUNDS)
    yield Difference("law: currency_outstanding", pockets["currency_outstanding"], held)
    approved = [row for row in model.rows(mm.Redemption) if row["state"] == RedemptionState.APPROVED]
    backed = sum(row["amount"] - row["paid"] for row in approved)
    yield Difference("law: redemptions_backed", pockets["redemptions_backed"], backed)
    paid_out = model.total(mm.OperatingPayment, "amount")
    allowed = model.total(mm.OperatingAllowance, "amount") - paid_out
    yield Difference("law: operating_allowed", pockets["operating_allowed"], allowed)
    came = sum(row["settled"] for row in model.merchants) + model.total(pm.LoanRepayment, "amount")
    went = model.total(mm.CashRequest, "amount", state=PAID) + model.total(mm.RedemptionPayment, "amount")
    yield Difference("law: cash", pockets["cash"], came - went - paid_out)
    by_call = sums(awarded, "call", "amount")
    for row in model.rows(pm.ProjectCall):
        yield Difference(f"law: call {row['number']} awarded", by_call[row["number"]], row["awarded"])


def _share_laws(model: ReadMoney) -> Iterator[Difference]:
    """Compare operations and the reserve with what came, what left, and what free money bore of it."""
    sales = model.total(mm.MerchantPayment, "premium") + model.total(mm.Spending, "premium")
    came = {"operations": 0, "reserve": sales - model.total(mm.Spending, "premium_returned")}
    went = {"operations": model.total(mm.OperatingPayment, "amount"), "reserve": 0}
    for name, pocket in (("operations", Pocket.OPERATIONS), ("reserve", Pocket.RESERVE)):
        left = went[name] + model.total(mm.WriteOff, "amount", pocket=pocket)
        law = model.shares[name] + came[name] - left + model.total(mm.Shortfall, name)
        yield Difference(f"law: {name}", model.pockets[name], law)


def _holding_laws(model: ReadMoney) -> Iterator[Difference]:
    """Compare what each merchant holds of each round with what came and what went."""
    held: dict[int, list[int]] = {row["number"]: [0, 0, 0, 0] for row in model.merchants}
    for row in model.rows(mm.Spending):
        _add(held, row["merchant"], (row["amount"] - row["returned"], 0, 0, 0), 1)
    for row in model.rows(mm.MerchantPayment):
        first, second, third, later = moved = _lanes(row)
        _add(held, row["payer"], moved, -1)
        _add(held, row["merchant"], (0, first, second, third + later), 1)
    for row in (*model.rows(mm.Netting), *model.rows(mm.CashRequest)):  # one that is open has paid nothing
        _add(held, row["merchant"], _lanes(row), -1)
    asked = sums([row for row in model.rows(mm.CashRequest) if row["state"] == OPEN], "merchant", "amount")
    for row in model.rows(mm.MerchantHolding):
        what, rounds = f"law: merchant {row['merchant']}", tuple(held.get(row["merchant"], []))
        yield Difference(f"{what} rounds", rounds, _lanes(row))
        yield Difference(f"{what} requested", asked[row["merchant"]], row["requested"])


def _row_laws(model: ReadMoney) -> Iterator[Difference]:
    """Compare sums with the rows that they are made of."""
    netted: Counter[int] = Counter()
    for row in model.rows(mm.Netting):
        netted[row["merchant"]] += sum(_lanes(row))
    losses = model.rows(mm.WriteOff)
    lost, lent = sums(losses, "merchant", "amount"), sums(losses, "project", "amount")
    for row in model.merchants:
        number = row["number"]
        yield Difference(f"law: merchant {number} netted", netted[number], row["netted"])
        yield Difference(f"law: merchant {number} written off", lost[number], row["written_off"])
    for row in model.rows(pm.Project):
        yield Difference(f"law: project {row['number']} written off", lent[row["number"]], row["written_off"])
    paid = sums(model.rows(mm.RedemptionPayment), "redemption", "amount")
    for row in model.rows(mm.Redemption):
        yield Difference(f"law: redemption {row['number']} paid", paid[row["number"]], row["paid"])
    yield from _return_laws(model)


def _return_laws(model: ReadMoney) -> Iterator[Difference]:
    returns, spendings = model.rows(mm.SpendingReturn), model.rows(mm.Spending)
    amounts, premiums = sums(returns, "invoice", "amount"), sums(returns, "invoice", "premium")
    spent: Counter[tuple[int, int]] = Counter()
    for row in spendings:
        invoice, ours = row["invoice"], (row["returned"], row["premium_returned"])
        told = (amounts[invoice], premiums[invoice])
        yield Difference(f"law: spending {written((invoice,))} returned", told, ours)
        spent[row["project"], row["line"]] += row["amount"] - row["returned"]
    for row in model.rows(pm.ProjectLine):
        number, line = row["project"], row["position"]
        yield Difference(f"law: project {number} line {line} spent", spent[number, line], row["spent"])


def _lanes(row: RowMapping) -> tuple[int, ...]:
    return tuple(row[name] for name in ROUNDS)


def _add(held: dict[int, list[int]], merchant: int, lanes: Sequence[int], sign: int) -> None:
    of_merchant = held.setdefault(merchant, [0, 0, 0, 0])
    for lane, amount in enumerate(lanes):
        of_merchant[lane] += sign * amount
