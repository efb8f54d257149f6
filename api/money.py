"""Project currency, redemptions and solvency as the read model has them."""

from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from api.fund import read_pockets
from api.money_answers import (
    CashRequestTold,
    HoldingTold,
    MerchantCurrency,
    MultiplierTold,
    RedemptionInstalmentTold,
    RedemptionTold,
    Rounds,
    RoundTold,
    SolvencyTold,
)
from endogene_token.act_json import word
from endogene_token.hexes import to_hex
from endogene_token.indexer.models import Merchant
from endogene_token.indexer.money_models import (
    Attestation,
    CashRequest,
    MerchantHolding,
    MerchantPayment,
    Netting,
    OutflowRulesVersion,
    Redemption,
    RedemptionPayment,
    Spending,
)
from endogene_token.projects import RedemptionReason, RedemptionState

_BPS: Final = 10_000
_ROUNDS: Final = ("first", "second", "third", "later")
_NAMES: Final = ("1", "2", "3", "later")
_OPEN, _PAID = 1, 2


def rounds(session: Session) -> Rounds:
    """Return how project money went round among the merchants so far."""
    spent = _sums(session, Spending, "amount", "returned", "premium", "premium_returned")
    paid_on = _sums(session, MerchantPayment, *_ROUNDS, "premium")
    netted, cashed = _sums(session, Netting, *_ROUNDS), _sums(session, CashRequest, *_ROUNDS)
    held = _sums(session, MerchantHolding, *_ROUNDS)
    # What a merchant had of one round, the one that it pays has of the next.
    received = {
        "first": spent["amount"] - spent["returned"],
        "second": paid_on["first"],
        "third": paid_on["second"],
        "later": paid_on["third"] + paid_on["later"],
    }
    told = [
        RoundTold.model_validate(
            {
                "round": name,
                "received": str(received[one]),
                "paid_on": str(paid_on[one]),
                "netted": str(netted[one]),
                "cashed": str(cashed[one]),
                "held": str(held[one]),
            }
        )
        for name, one in zip(_NAMES, _ROUNDS, strict=True)
    ]
    first_three = sum(received[one] for one in _ROUNDS[:3])
    return Rounds(
        rounds=told,
        premiums=str(spent["premium"] - spent["premium_returned"] + paid_on["premium"]),
        multiplier=MultiplierTold(three_rounds=str(first_three), first_round=str(received["first"])),
    )


def currency(session: Session, merchant: Merchant) -> MerchantCurrency:
    """Return the project currency of a merchant, and its open requests of cash."""
    row = session.get(MerchantHolding, merchant.number)
    held = {one: 0 if row is None else int(getattr(row, one)) for one in _ROUNDS}
    total, requested = sum(held.values()), 0 if row is None else row.requested
    query = select(CashRequest).where(CashRequest.merchant == merchant.number, CashRequest.state == _OPEN)
    return MerchantCurrency(
        merchant=merchant.number,
        holding=HoldingTold(**{one: str(held[one]) for one in _ROUNDS}, total=str(total)),
        requested=str(requested),
        free=str(total - requested),
        owed=str(merchant.owed),
        cash_requests=[
            CashRequestTold(
                number=one.number,
                amount=str(one.amount),
                requested_at=one.requested_at,
                payable_from=one.payable_from,
            )
            for one in session.exec(query.order_by(col(CashRequest.number)))
        ],
    )


def redemption(session: Session, row: Redemption) -> RedemptionTold:
    """Return a redemption with its instalments."""
    query = select(RedemptionPayment).where(RedemptionPayment.redemption == row.number)
    order = (col(RedemptionPayment.block_number), col(RedemptionPayment.log_index))
    return RedemptionTold.model_validate(
        {
            "number": row.number,
            "member": row.member,
            "state": word(RedemptionState(row.state)),
            "reason": word(RedemptionReason(row.reason)),
            "amount": str(row.amount),
            "paid": str(row.paid),
            "payee": to_hex(row.payee),
            **{name: getattr(row, name) or None for name in ("attested_at", "approved_at", "closed_at")},
            "payments": [
                RedemptionInstalmentTold(
                    amount=str(one.amount), at=one.block_time, transaction=to_hex(one.transaction_hash)
                )
                for one in session.exec(query.order_by(*order))
            ],
        }
    )


def solvency(session: Session, now: int) -> SolvencyTold:
    """Return what bounds the outflows, as the fund's gate computes it."""
    pockets = read_pockets(session)
    newest = select(OutflowRulesVersion).order_by(col(OutflowRulesVersion.version).desc())
    rules = session.exec(newest.limit(1)).first()
    last = (col(Attestation.block_number).desc(), col(Attestation.log_index).desc())
    attested = session.exec(select(Attestation).order_by(*last).limit(1)).first()
    backed = pockets.currency_outstanding + pockets.commitments + pockets.redemptions_backed
    credits_owed = max(pockets.credits_outstanding - pockets.redemptions_backed, 0)
    floor_bps = 0 if rules is None else rules.coverage_floor_bps
    return SolvencyTold(
        liquid=str(pockets.cash - backed),
        credits=str(credits_owed),
        floor_bps=floor_bps,
        floor=str(-(-credits_owed * floor_bps // _BPS)),
        due=str(0 if attested is None else attested.due),
        attested_until=None if attested is None else attested.until,
        is_attested=attested is not None and now < attested.until,
    )


def _sums(session: Session, model: type[SQLModel], *names: str) -> dict[str, int]:
    """Return the sum of each of these columns: amounts that the contracts hold in 64 bits all together."""
    sums: list[Any] = [func.sum(getattr(model, name)) for name in names]
    values = session.execute(select(*sums)).one()
    return {name: int(value or 0) for name, value in zip(names, values, strict=True)}
