"""What the settler asks of the chain: to settle a merchant's premiums, to pay cash or a redemption."""

from collections.abc import Sequence

from endogene_token import crash
from endogene_token.chain import redemptions
from endogene_token.chain.calls import View
from endogene_token.chain.currency import Currency, pay_cash
from endogene_token.chain.redemptions import Redemptions
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call, settle_premiums
from endogene_token.errors import CashAmountError
from endogene_token.treasury.collect.models import BankItem, BankMatch
from endogene_token.treasury.collect.states import Kind


class Bookings:
    """The chain as the treasurer's settler uses it. Raises ChainError when no node answers."""

    def __init__(self, treasurer: Sender) -> None:
        """Send as the treasurer."""
        self._sender = treasurer
        self._ledger = treasurer.ledger

    def are_booked(self, references: Sequence[bytes]) -> list[bool]:
        """Return for each commitment whether the chain has booked a payment under it."""
        views: list[View] = [("CommunityFund", "referenceUsed", (one,)) for one in references]
        return [bool(one) for one in self._ledger.at(self._ledger.head()).read(views)]

    def call(self, match: BankMatch, item: BankItem | None, reference: bytes) -> Call:
        """Return the transaction that books a match. Raises LedgerRefusal, CashAmountError."""
        community = self._ledger.community
        kind = Kind.PREMIUMS if item is None else item.kind
        if item is not None and kind == Kind.CASH_REQUEST:
            asked = Currency(self._ledger).cash_request(item.object)
            if asked.amount != match.amount:  # the contract pays the whole request, whatever left the bank
                raise CashAmountError(actual=match.amount, limit=asked.amount, number=item.object)
            return pay_cash(community, item.object, reference)
        if item is not None and kind == Kind.REDEMPTION:
            payee = Redemptions(self._ledger).redemption(item.object).payee
            return redemptions.pay(community, item.object, match.amount, payee, reference)
        return settle_premiums(community, match.merchant, match.premiums, reference)

    def rehearse(self, call: Call) -> None:
        """Raise the LedgerRefusal that a transaction would meet now."""
        self._sender.simulate(call, "pending")

    def book(self, calls: Sequence[Call]) -> None:
        """Send transactions and wait until they are in blocks; what was refused shows as not booked."""
        sent = self._sender.send(calls)
        crash.point("settler.sent")
        self._sender.outcomes(sent)
