"""The client of projects and project money for asynchronous programs, on the same core as `ProjectClient`."""

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
from endogene_token.sdk.drivers import AsyncDriver
from endogene_token.sdk.project_flows import PATH, ProjectFlows
from endogene_token.sdk.retries import Retries
from endogene_token.signers import Signer


class AsyncProjectClient:
    """Applies, mentors, releases, spends, pays and redeems for one member. Use it in an ``async with``.

    Each method is that of `ProjectClient`, awaited. The signer itself is asked on the event loop: for one
    that waits for a person, take `ProjectClient` in a thread.
    """

    def __init__(
        self,
        api_url: str,
        member: int,
        signer: Signer,
        *,
        retries: Retries = DEFAULT_RETRIES,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """See `ProjectClient`."""
        self._flows = ProjectFlows(api_url, member, signer, retries)
        self._driver = AsyncDriver(api_url, http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See `ProjectClient.close`."""
        await self._driver.close()

    async def calls(self) -> list[dict[str, Any]]:
        """See `ProjectClient.calls`."""
        return await self._driver.run(self._flows.listed("/v1/calls"))

    async def projects(self) -> list[dict[str, Any]]:
        """See `ProjectClient.projects`."""
        return await self._driver.run(self._flows.listed("/v1/projects"))

    async def project(self, number: int) -> dict[str, Any]:
        """See `ProjectClient.project`."""
        return await self._driver.run(self._flows.get(f"/v1/projects/{number}"))

    async def status(self, receipt: str) -> dict[str, Any]:
        """See `ProjectClient.status`."""
        return await self._driver.run(self._flows.get(f"{PATH}/{receipt}"))

    async def draft(self, call: int, text: str) -> str:
        """See `ProjectClient.draft`."""
        return await self._driver.run(self._flows.draft(call, text))

    async def add_partner(self, project: int, partner: Partner) -> str:
        """See `ProjectClient.add_partner`."""
        return await self._driver.run(self._flows.do(project, AddingPartner(partner)))

    async def state_fact(self, project: int, criterion: Criterion, value: int, evidence: bytes) -> str:
        """See `ProjectClient.state_fact`."""
        return await self._driver.run(self._flows.do(project, StatingFact(criterion, value, evidence)))

    async def submit(self, project: int, plan: Plan) -> str:
        """See `ProjectClient.submit`."""
        return await self._driver.run(self._flows.do(project, Submitting(plan)))

    async def claim(self, project: int, tranche: int, evidence: bytes) -> str:
        """See `ProjectClient.claim`."""
        return await self._driver.run(self._flows.do(project, Claiming(tranche, evidence)))

    async def review(self, project: int, tranche: int, evidence: bytes, *, is_approved: bool = True) -> str:
        """See `ProjectClient.review`."""
        return await self._driver.run(self._flows.review(project, tranche, evidence, is_approved=is_approved))

    async def release(self, project: int, tranche: int, evidence: bytes) -> str:
        """See `ProjectClient.release`."""
        return await self._driver.run(self._flows.release(project, tranche, evidence))

    async def account(self, project: int, tranche: int, account: bytes) -> str:
        """See `ProjectClient.account`."""
        return await self._driver.run(self._flows.do(project, FilingAccount(tranche, account)))

    async def spend(self, spending: Spending) -> str:
        """See `ProjectClient.spend`."""
        return await self._driver.run(self._flows.do(spending.project, Spend(spending)))

    async def return_spending(self, project: int, invoice: bytes, amount: int) -> str:
        """See `ProjectClient.return_spending`."""
        return await self._driver.run(self._flows.do(project, Returning(invoice, amount)))

    async def pay(self, merchant: int, amount: int, invoice: bytes) -> str:
        """See `ProjectClient.pay`."""
        return await self._driver.run(self._flows.do(self._flows.member, Paying(merchant, amount, invoice)))

    async def net(self, amount: int) -> str:
        """See `ProjectClient.net`."""
        return await self._driver.run(self._flows.do(self._flows.member, Netting(amount)))

    async def request_cash(self, amount: int) -> str:
        """See `ProjectClient.request_cash`."""
        return await self._driver.run(self._flows.do(self._flows.member, AskingCash(amount)))

    async def drop_cash_request(self, request: int) -> str:
        """See `ProjectClient.drop_cash_request`."""
        return await self._driver.run(self._flows.do(self._flows.member, DroppingCash(request)))

    async def request_redemption(self, amount: int, payee: bytes) -> str:
        """See `ProjectClient.request_redemption`."""
        return await self._driver.run(self._flows.do(0, Asking(amount, payee)))

    async def drop_redemption(self, redemption: int) -> str:
        """See `ProjectClient.drop_redemption`."""
        return await self._driver.run(self._flows.do(0, Dropping(redemption)))

    async def do(self, subject: int, content: Content, tranche: int | None = None) -> str:
        """See `ProjectClient.do`."""
        return await self._driver.run(self._flows.do(subject, content, tranche))
