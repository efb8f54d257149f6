"""The client of projects and project money for ordinary programs; see `async_projects` for others."""

from types import TracebackType
from typing import Any, Self

import httpx

from endogene_token.member_acts import (
    AddingPartner,
    Asking,
    AskingCash,
    Claiming,
    Content,
    Dropping,
    DroppingCash,
    FilingAccount,
    Netting,
    Paying,
    Returning,
    Spend,
    StatingFact,
    Submitting,
)
from endogene_token.projects import Criterion, Partner, Plan, Spending
from endogene_token.sdk.client import DEFAULT_RETRIES
from endogene_token.sdk.drivers import Driver
from endogene_token.sdk.project_flows import PATH, ProjectFlows
from endogene_token.sdk.retries import Retries
from endogene_token.signers import Signer


class ProjectClient:
    """Applies, mentors, releases, spends, pays and redeems for one member, who needs no gas.

    What a member does is signed here and brought to the ledger by the service: each such method returns the
    act's receipt, by which `status` tells what became of it. Whoever has the receipt may ask: keep it as your
    own. Amounts are minor units, hashes 32 bytes. Close the client, or use it in a ``with`` statement. Each
    method raises ServiceErrors, LedgerRefusals, and the signer's errors.
    """

    def __init__(
        self,
        api_url: str,
        member: int,
        signer: Signer,
        *,
        retries: Retries = DEFAULT_RETRIES,
        http: httpx.Client | None = None,
    ) -> None:
        """Take the member's number, and whoever signs for it. Raises SettingError."""
        self._flows = ProjectFlows(api_url, member, signer, retries)
        self._driver = Driver(api_url, http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._driver.close()

    def calls(self) -> list[dict[str, Any]]:
        """Return every call for projects, as the service tells them."""
        return self._driver.run(self._flows.listed("/v1/calls"))

    def projects(self) -> list[dict[str, Any]]:
        """Return every project in short."""
        return self._driver.run(self._flows.listed("/v1/projects"))

    def project(self, number: int) -> dict[str, Any]:
        """Return a project: its plan, tranches, lines, criteria, loan."""
        return self._driver.run(self._flows.get(f"/v1/projects/{number}"))

    def status(self, receipt: str) -> dict[str, Any]:
        """Return what became of an act: queued, done with its number, refused with its reason."""
        return self._driver.run(self._flows.get(f"{PATH}/{receipt}"))

    def draft(self, call: int, text: str) -> str:
        """Begin a dossier for a call; its text is kept by the service, under its hash."""
        return self._driver.run(self._flows.draft(call, text))

    def add_partner(self, project: int, partner: Partner) -> str:
        """Add an organisation to a draft."""
        return self._driver.run(self._flows.do(project, AddingPartner(partner)))

    def state_fact(self, project: int, criterion: Criterion, value: int, evidence: bytes) -> str:
        """State a fact of a draft; `evidence` is the hash of what shows it, as elsewhere."""
        return self._driver.run(self._flows.do(project, StatingFact(criterion, value, evidence)))

    def submit(self, project: int, plan: Plan) -> str:
        """File a draft with its plan."""
        return self._driver.run(self._flows.do(project, Submitting(plan)))

    def claim(self, project: int, tranche: int, evidence: bytes) -> str:
        """Claim the next tranche."""
        return self._driver.run(self._flows.do(project, Claiming(tranche, evidence)))

    def review(self, project: int, tranche: int, evidence: bytes, *, is_approved: bool = True) -> str:
        """Judge a claim, as the mentor: only the one made with the evidence seen. Raises OtherClaimError."""
        return self._driver.run(self._flows.review(project, tranche, evidence, is_approved=is_approved))

    def release(self, project: int, tranche: int, evidence: bytes) -> str:
        """Release a claim, as a director: only one made with the evidence seen. Raises OtherClaimError."""
        return self._driver.run(self._flows.release(project, tranche, evidence))

    def account(self, project: int, tranche: int, account: bytes) -> str:
        """File the account of a released tranche, by its hash."""
        return self._driver.run(self._flows.do(project, FilingAccount(tranche, account)))

    def spend(self, spending: Spending) -> str:
        """Pay a merchant's invoice with a project's money, as its signer."""
        return self._driver.run(self._flows.do(spending.project, Spend(spending)))

    def return_spending(self, project: int, invoice: bytes, amount: int) -> str:
        """Give back to a project, as the merchant, a part of what it paid for an invoice."""
        return self._driver.run(self._flows.do(project, Returning(invoice, amount)))

    def pay(self, merchant: int, amount: int, invoice: bytes) -> str:
        """Pay another merchant in project currency."""
        return self._driver.run(self._flows.do(self._flows.member, Paying(merchant, amount, invoice)))

    def net(self, amount: int) -> str:
        """Net project currency against the premiums that one owes."""
        return self._driver.run(self._flows.do(self._flows.member, Netting(amount)))

    def request_cash(self, amount: int) -> str:
        """Ask for cash in the place of project currency; `status` tells the request's number."""
        return self._driver.run(self._flows.do(self._flows.member, AskingCash(amount)))

    def drop_cash_request(self, request: int) -> str:
        """Take a request of cash back."""
        return self._driver.run(self._flows.do(self._flows.member, DroppingCash(request)))

    def request_redemption(self, amount: int, payee: bytes) -> str:
        """Ask for one's credits; `payee` is the commitment to the account to be paid.

        The signer is asked twice, as for `drop_redemption`: the first signature only proves who asks.
        """
        return self._driver.run(self._flows.do(0, Asking(amount, payee)))

    def drop_redemption(self, redemption: int) -> str:
        """End one's redemption that is not paid in full."""
        return self._driver.run(self._flows.do(0, Dropping(redemption)))

    def do(self, subject: int, content: Content, tranche: int | None = None) -> str:
        """Sign and send any other act of `member_acts`; `tranche` with a review or a release."""
        return self._driver.run(self._flows.do(subject, content, tranche))
