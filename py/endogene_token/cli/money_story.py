"""The demo's money on its way: claimed, spent, paid on, netted; and a retirement. Each step is done once."""

from dataclasses import dataclass
from typing import Final

from endogene_token.chain.currency import Currency
from endogene_token.chain.projects import Projects
from endogene_token.chain.redemptions import Redemptions
from endogene_token.cli import motions
from endogene_token.cli.people import (
    BAKER,
    BOOKSELLER,
    CHAIR,
    GROCER,
    IRONMONGER,
    MENTOR,
    MERCHANTS,
    RETIREE,
    VALUER,
    Acting,
)
from endogene_token.cli.projects_story import DAY, commitment, number_of
from endogene_token.cli.proposals import GREENHOUSE, WORKSHOP, Proposal
from endogene_token.host.community import Host
from endogene_token.member_acts import (
    AcceptingAccount,
    Asking,
    Claiming,
    FilingAccount,
    Netting,
    Paying,
    Releasing,
    Reviewing,
    Spend,
)
from endogene_token.projects import CoFinancing, RedemptionState, Spending, TrancheState

PAYMENTS: Final = (
    (IRONMONGER, GROCER, 45_00),
    (GROCER, BAKER, 60_00),
    (BAKER, BOOKSELLER, 15_00),
)
"""Who pays whom in project currency, in this order: the second and the third round."""


@dataclass(frozen=True, slots=True)
class Gift:
    """Outside money for a project, in minor units; `valuer` 0: in cash."""

    proposal: Proposal
    what: str
    amount: int
    valuer: int = 0


GIFTS: Final = (
    Gift(GREENHOUSE, "caisse populaire", 500_00),
    Gift(GREENHOUSE, "verre de récupération", 250_00, VALUER),
    Gift(WORKSHOP, "fondation", 240_00),
)


class MoneyStory:
    """What becomes of the awards, as far as it has not become yet."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._acting = Acting(host)
        self._book = Projects(host.ledger)
        self._currency = Currency(host.ledger)

    def spend(self) -> None:
        """Release the first tranches, spend them, and let the merchants pay one another."""
        for proposal in (GREENHOUSE, WORKSHOP):
            self._release(proposal, 0)
        self._buy(GREENHOUSE, "serre-1", IRONMONGER, line=1, amount=60_00)
        self._buy(GREENHOUSE, "serre-2", GROCER, line=0, amount=40_00)
        self._buy(WORKSHOP, "atelier-1", IRONMONGER, line=0, amount=50_00)
        for payer, merchant, amount in PAYMENTS:
            invoice = self._commit(f"invoice {payer}-{merchant}")
            if not self._currency.is_paid(invoice):
                self._acting.act(payer, payer, Paying(merchant, amount, invoice))

    def go_on(self) -> None:
        """Book the outside money, account for the first tranche, and release and spend the second."""
        for gift in GIFTS:
            self._receive(gift)
        self._account(GREENHOUSE, 0)
        self._release(GREENHOUSE, 1)
        self._buy(GREENHOUSE, "serre-3", BAKER, line=0, amount=30_00)

    def net(self) -> None:
        """Have each merchant net, once, what it holds against the premiums that it owes: the month's end."""
        for merchant in MERCHANTS:
            paid = sum(payer == merchant for payer, *_ in PAYMENTS)
            owed = self._host.ledger.merchant_account(merchant).owed
            amount = min(owed, self._currency.holding(merchant).total)
            # A merchant's acts are counted: one more than its payments, and it has netted.
            if amount and self._currency.nonce(merchant) == paid:
                self._acting.act(merchant, merchant, Netting(amount))

    def retire(self) -> None:
        """Pay a member's credits back: requested, attested, approved by another officer, and paid."""
        desk, officers = Redemptions(self._host.ledger), self._host.officers
        payee = self._commit("the retired member's account")
        number = redemption_of(self._host, RETIREE)
        if number is None:
            balance = self._host.ledger.account(RETIREE).balance
            self._acting.act(RETIREE, 0, Asking(balance, payee))
            number = desk.count()
        found = desk.redemption(number)
        if found.state is RedemptionState.REQUESTED:
            officers.attest_redemption(number, self._commit("evidence of the retirement"))
        if desk.redemption(number).state is RedemptionState.ATTESTED:
            officers.approve_redemption(number, found.amount, payee)
        if desk.redemption(number).state is RedemptionState.APPROVED:
            officers.pay_redemption(number, found.amount, payee, self._commit("the bank's reference"))

    def _release(self, proposal: Proposal, tranche: int) -> None:
        """Have a tranche claimed with evidence, reviewed by the mentor and released by a director."""
        number = self._number(proposal)
        if self._state(number, tranche) is TrancheState.LOCKED:
            evidence = self._commit(f"{proposal.name}: evidence {tranche}")
            self._acting.act(proposal.applicant, number, Claiming(tranche, evidence))
        claim = self._book.progress(number, tranche).claim
        if self._state(number, tranche) is TrancheState.CLAIMED:
            self._acting.act(MENTOR, number, Reviewing(claim, True), tranche=tranche)
        if self._state(number, tranche) is TrancheState.REVIEWED:
            self._acting.act(CHAIR, number, Releasing(claim), tranche=tranche)

    def _account(self, proposal: Proposal, tranche: int) -> None:
        """Have a released tranche accounted for, and the account accepted by the mentor."""
        number = self._number(proposal)
        if self._state(number, tranche) is not TrancheState.RELEASED:
            return
        account = self._commit(f"{proposal.name}: account {tranche}")
        if self._book.progress(number, tranche).account != account:
            self._acting.act(proposal.applicant, number, FilingAccount(tranche, account))
        self._acting.act(MENTOR, number, AcceptingAccount(tranche, account))

    def _buy(self, proposal: Proposal, name: str, merchant: int, *, line: int, amount: int) -> None:
        invoice = self._commit(f"invoice {name}")
        if self._currency.sale(invoice) is None:
            number = self._number(proposal)
            spending = Spending(number, merchant, amount, line, invoice)
            self._acting.act(proposal.applicant, number, Spend(spending))

    def _receive(self, gift: Gift) -> None:
        source = self._commit(f"co-financing: {gift.what}")
        if self._book.source_of(source) is None:
            day = motions.now(self._host) // DAY
            proofs = (self._commit(f"financier: {gift.what}"), source, self._commit(f"receipt: {gift.what}"))
            money = CoFinancing(gift.amount, gift.valuer, day, *proofs)
            self._host.officers.receive_co_financing(self._number(gift.proposal), money)

    def _state(self, number: int, tranche: int) -> TrancheState:
        return self._book.progress(number, tranche).state

    def _number(self, proposal: Proposal) -> int:
        return number_of(self._host, proposal) or 0

    def _commit(self, what: str) -> bytes:
        return commitment(self._host, what)


def redemption_of(host: Host, member: int) -> int | None:
    """Return the number of a member's first redemption, or None."""
    desk = Redemptions(host.ledger)
    numbers = range(1, desk.count() + 1)
    return next((one for one in numbers if desk.redemption(one).member == member), None)
