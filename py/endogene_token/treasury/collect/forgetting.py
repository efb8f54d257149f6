"""Forgetting the accounts of a member on which nothing was ever to be paid."""

from typing import Final

from sqlmodel import col, select

from endogene_token.indexer.money_models import Redemption
from endogene_token.office.trail import Change
from endogene_token.projects import RedemptionState
from endogene_token.treasury.collect.mandates import ENDED, payee_subject, payees_of
from endogene_token.treasury.collect.models import BankItem, BankPayee
from endogene_token.treasury.collect.states import Direction

_AWAITED: Final = (RedemptionState.REQUESTED, RedemptionState.ATTESTED, RedemptionState.APPROVED)


def forget_payees(change: Change, member: int) -> None:
    """End a member's payees, and empty their names and accounts, but for those that the books need.

    A payee that a payment names stays: the file that the bank got holds it, and the law has books kept for
    years. One that a redemption under way names stays, to be paid on. The row stays, so that its number never
    names another account.
    """
    for row in payees_of(change.session, "member", member):
        if row.name and not _is_needed(change, row):
            row.name, row.tail, row.sealed_account, row.commitment = "", "", b"", b""
            row.state = ENDED
            change.session.add(row)
            change.note("payee.forgotten", payee_subject(row))


def _is_needed(change: Change, row: BankPayee) -> bool:
    paid = select(BankItem.reference).where(
        BankItem.direction == Direction.CREDIT, BankItem.account == row.number
    )
    awaited = select(Redemption.number).where(
        Redemption.member == row.party_number,
        Redemption.payee == row.commitment,
        col(Redemption.state).in_(_AWAITED),
    )
    return any(change.session.exec(one.limit(1)).first() is not None for one in (paid, awaited))
