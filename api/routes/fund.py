"""The fund, for everybody."""

from fastapi import APIRouter

from api.answers import FundTold
from api.deps import App, Reading
from api.fund import read_fund
from endogene_token.reports.masking import steady

router = APIRouter(tags=["fund"])


@router.get("/fund")
def fund(app: App, session: Reading) -> FundTold:
    """Tell the balance sheet, and the counts by fives, as of the last block read."""
    found = read_fund(session)
    pockets = found.pockets
    return FundTold(
        currency=app.settings.currency,
        cash=str(pockets.cash),
        premiums_receivable=str(pockets.premiums_receivable),
        loans_receivable=str(pockets.loans_receivable),
        credits_outstanding=str(pockets.credits_outstanding),
        merchant_prepayments=str(pockets.merchant_prepayments),
        currency_outstanding=str(pockets.currency_outstanding),
        commitments=str(pockets.commitments),
        reserve=str(pockets.reserve),
        operations=str(pockets.operations),
        free=str(pockets.free),
        purchases=steady(found.purchases),
        merchants=steady(found.merchants),
        members=steady(found.members),
        members_with_credits=steady(found.members_with_credits),
        block=found.block,
        as_of=None if found.as_of is None else found.as_of.isoformat().replace("+00:00", "Z"),
    )
