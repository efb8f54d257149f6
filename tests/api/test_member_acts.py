"""What members sign for projects and money, over HTTP and through the SDK, on a real chain."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from eth_hash.auto import keccak

from endogene_token.act_json import as_json, content
from endogene_token.chain import transactions as tx
from endogene_token.chain.acts import desk, domain
from endogene_token.chain.redemptions import Redemptions
from endogene_token.errors import (
    BeyondBalanceError,
    MemberSignatureError,
    MoreThanOwedError,
    OtherClaimError,
    UnknownProjectError,
)
from endogene_token.member_acts import (
    CONTENTS,
    Act,
    Asking,
    AttestingFact,
    Content,
    DeclaringRelation,
    Drafting,
    Dropping,
    Mentoring,
    Netting,
    Reviewing,
    Spend,
    Submitting,
    digest,
)
from endogene_token.projects import Criterion, Line, Loan, OrganisationKind, Partner, Spending
from endogene_token.relay import VoteRelay
from endogene_token.sdk import AsyncProjectClient, ProjectClient
from endogene_token.sdk.project_messages import counter
from endogene_token.signers import KeyfileSigner
from tests.node.member_relay import EASY, STRICT, awarded, funded, money_town
from tests.node.money import Money
from tests.site import Site, open_site
from tests.town import ALICE, BAKERY, BASILE, CHLOE, GROCER

PATH = "/v1/member-acts"
NONCE_OF = {"ProjectBook": "projects", "ProjectCurrency": "currency", "RedemptionDesk": "redemptions"}


@dataclass
class Works:
    """What a test drives."""

    money: Money
    site: Site
    relay: VoteRelay

    @property
    def url(self) -> str:
        return str(self.site.client.base_url)

    def settle(self) -> None:
        """Bring what is queued to the chain, and the read model to its head."""
        while self.relay.step():
            pass
        self.site.read()

    def body(self, member: int, subject: int, said: Content, **wrong: Any) -> dict[str, Any]:
        """Return the body of an act; `wrong` replaces its nonce or the member who signs."""
        contract = desk(type(said))
        on_chain = self.money.votes.town.ledger.read([(contract, "nonce", (member,))])[0]
        told = self.site.get(f"{PATH}/nonces/{member}").get(NONCE_OF[contract], on_chain)
        nonce = wrong.get("nonce", told)
        act = Act(member, subject, said, nonce)
        where = domain(self.money.votes.town.community, type(said))
        signature = KeyfileSigner(self.money.keys[wrong.get("signer", member)]).sign(act, where)
        written = {"action": act.action, **as_json(said)}
        sent = {"member": member, "subject": subject, "nonce": nonce, "act": written}
        return {**sent, "signature": "0x" + signature.hex()}

    def post(self, member: int, subject: int, said: Content, **wrong: Any) -> httpx.Response:
        return self.site.client.post(PATH, json=self.body(member, subject, said, **wrong))

    def client(self, member: int) -> ProjectClient:
        return ProjectClient(self.url, member, KeyfileSigner(self.money.keys[member]))


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """A town with money and two calls, served; each test brings its own projects."""
    folder = tmp_path_factory.mktemp("works")
    with money_town() as money, open_site(money.votes.town, f"sqlite:///{folder / 'l.sqlite'}") as site:
        site.read()
        town = money.votes.town
        yield Works(money, site, VoteRelay(site.engine, town.ledger, town.relayer))


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_an_act_is_accepted_followed_and_answered(works: Works) -> None:
    """Sent again it is the same; what it made is told by its receipt, and its number has served."""
    applicant = works.money.applicant
    before = works.site.get(f"{PATH}/nonces/{applicant}")
    body = works.body(applicant, EASY, Drafting(keccak(b"Une serre")))
    first = works.site.client.post(PATH, json=body)
    assert first.status_code == 202, first.text
    assert works.site.client.post(PATH, json=body).json() == first.json()
    receipt = first.json()["receipt"]
    assert works.site.get(f"{PATH}/{receipt}")["status"] == "queued"
    works.settle()
    told = works.site.get(f"{PATH}/{receipt}")
    assert (told["status"], told["number"]) == ("done", works.money.projects.count())
    assert (told["action"], len(told["transaction"])) == ("draft", 66)
    after = works.site.get(f"{PATH}/nonces/{applicant}")
    assert after == {**before, "projects": before["projects"] + 1}
    assert works.site.client.post(PATH, json=body).json() == {"receipt": receipt, "status": "done"}


def test_what_cannot_be_done_is_told_at_once(works: Works) -> None:
    """A forged signature, a number out of turn, what the contract would refuse: nothing is kept."""
    applicant = works.money.applicant
    draft = Drafting(keccak(b"Une autre serre"))
    forged = works.post(applicant, EASY, draft, signer=works.money.mentor)
    assert code(forged) == (422, "member-signature")
    early = works.post(applicant, EASY, draft, nonce=works.body(applicant, EASY, draft)["nonce"] + 1)
    assert code(early) == (409, "act-number")
    assert code(works.post(applicant, 99, draft)) == (404, "unknown-call")
    assert code(works.post(GROCER, GROCER, Netting(2**40))) == (422, "more-than-owed")
    assert code(works.post(ALICE, 0, Asking(2**40, keccak(b"")))) == (422, "beyond-balance")
    missing = works.site.client.get(f"{PATH}/0x{'00' * 32}")
    assert code(missing) == (404, "unknown-act")


def test_a_refusal_is_told_in_the_language_of_its_reader(works: Works) -> None:
    """Accepted behind another one, then refused by the contract when its turn comes."""
    mentor = works.money.mentor
    project = works.money.draft(EASY)
    first = works.post(mentor, project, DeclaringRelation(mentor))
    second = works.post(mentor, project, Mentoring(), nonce=works.body(mentor, 0, Mentoring())["nonce"])
    assert (first.status_code, second.status_code) == (202, 202), second.text
    works.settle()
    path = f"{PATH}/{second.json()['receipt']}"
    french, english = (works.site.get(path, **{"accept-language": one}) for one in ("fr", "en"))
    assert (english["status"], english["reason"]) == ("refused", "project-state")
    assert english["explanation"].startswith("Project ")
    assert french["explanation"].startswith("Le projet ")


@pytest.mark.parametrize(
    ("act", "field"),
    [
        ({"action": "steal", "amount": "1"}, "act"),
        ({"amount": "1"}, "act"),
        ({"action": "net", "amount": 1}, "act.net.amount"),
        ({"action": "net", "amount": "-1"}, "act.net.amount"),
        ({"action": "net", "amount": "1", "more": 1}, "act.net.more"),
        ({"action": "draft", "text": "0x12"}, "act.draft.text"),
        ({"action": "claim", "tranche": 256, "evidence": "0x" + "00" * 32}, "act.claim.tranche"),
    ],
)
def test_a_wrong_shape_names_its_field(works: Works, act: dict[str, Any], field: str) -> None:
    """422 before any signature is looked at."""
    body = {"member": BAKERY, "subject": BAKERY, "nonce": 0, "act": act, "signature": "0x" + "11" * 65}
    answer = works.site.client.post(PATH, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_member_whose_days_are_over_may_ask_for_credits_only(works: Works) -> None:
    """Whoever holds the key redeems; for all else a membership must be valid."""
    money = works.money
    today = works.site.app.state.services.clock.now() // 86_400
    money.votes.town.do(tx.set_validity(money.votes.town.community, ALICE, 0, today))
    try:
        refused = works.post(ALICE, EASY, Drafting(keccak(b"Trop tard")))
        assert code(refused) == (422, "member-not-valid")
        asking = works.post(ALICE, 0, Asking(10, keccak(b"compte")))
        assert asking.status_code == 202, asking.text
        works.settle()
        number = works.site.get(f"{PATH}/{asking.json()['receipt']}")["number"]
        with works.client(ALICE) as alice:
            alice.drop_redemption(number)
        works.settle()
    finally:
        money.votes.town.do(tx.set_validity(money.votes.town.community, ALICE, 0, 2**32 - 1))


def test_what_a_member_asks_of_its_credits_is_nobody_elses_affair(works: Works) -> None:
    """Neither its number at the desk nor the fate of a guessed act; asked twice alike, it is two acts."""
    money, payee = works.money, keccak(b"le meme compte")
    desk_ = Redemptions(money.votes.town.ledger)
    before = desk_.count()
    with works.client(ALICE) as alice:
        receipts = []
        for _ in range(2):
            receipts.append(alice.request_redemption(7, payee))
            works.settle()
            dropped = alice.drop_redemption(alice.status(receipts[-1])["number"])
            works.settle()
    assert len({*receipts, dropped}) == 3
    assert desk_.count() == before + 2
    assert set(works.site.get(f"{PATH}/nonces/{ALICE}")) == {"member", "projects", "currency"}
    act = Act(ALICE, 0, Dropping(before + 2), desk_.nonce(ALICE) - 1)
    guessed = digest(act, desk_.domain)
    assert works.site.client.get(f"{PATH}/0x{guessed.hex()}").status_code == 404
    assert works.site.get(f"{PATH}/{dropped}")["status"] == "done"


def test_a_project_goes_from_its_draft_to_its_account_through_the_sdk(works: Works) -> None:
    """Everything is signed by its own member and done by the service."""
    money = works.money
    with contextlib.ExitStack() as stack:
        applicant, mentor, attestor = (
            stack.enter_context(works.client(one)) for one in (money.applicant, money.mentor, CHLOE)
        )
        draft = applicant.draft(STRICT, "Une serre au marché.\n")
        works.settle()
        project = applicant.status(draft)["number"]
        partner = Partner(OrganisationKind.ASSOCIATION, 0, False, money.mark(), money.mark())
        evidence = money.mark()
        applicant.add_partner(project, partner)
        applicant.state_fact(project, Criterion.ISSUE, 3, evidence)
        last = applicant.submit(project, money.plan(9_000, days=90))
        works.settle()
        assert applicant.status(last)["status"] == "done"
        told = applicant.project(project)
        assert (told["state"], told["text"]) == ("submitted", "Une serre au marché.\n")
        assert told["criteria"]["missing"] == ["issue", "mentor"]
        mentor.do(project, Mentoring())
        attestor.do(project, AttestingFact(Criterion.ISSUE, 3, evidence))
        works.settle()
        assert applicant.project(project)["criteria"]["missing"] == []
        assert project in [one["number"] for one in applicant.projects()]
        assert [one["number"] for one in applicant.calls()] == [EASY, STRICT]


def test_judges_sign_the_claim_whose_evidence_they_saw(works: Works) -> None:
    """Other evidence makes another claim: nothing is signed for it."""
    money = works.money
    project, evidence = awarded(money, 8_000), money.mark()
    works.site.read()
    with contextlib.ExitStack() as stack:
        applicant, mentor, director, signer, merchant = (
            stack.enter_context(works.client(one))
            for one in (money.applicant, money.mentor, money.releaser, money.signer, BAKERY)
        )
        applicant.claim(project, 0, evidence)
        works.settle()
        with pytest.raises(OtherClaimError):
            mentor.review(project, 0, money.mark())
        mentor.review(project, 0, evidence)
        works.settle()
        with pytest.raises(OtherClaimError):
            director.release(project, 0, money.mark())
        director.release(project, 0, evidence)
        works.settle()
        invoice = money.mark()
        signer.spend(Spending(project, BAKERY, 3_000, 0, invoice))
        works.settle()
        merchant.return_spending(project, invoice, 500)
        account = applicant.account(project, 0, money.mark())
        works.settle()
        assert applicant.status(account)["status"] == "done"
        told = applicant.project(project)
        assert (told["state"], told["balance"], told["lines"][0]["spent"]) == ("active", "5500", "2500")


async def test_merchants_pay_net_and_ask_for_cash_asynchronously(works: Works) -> None:
    """The other client, on the same core; a refusal is the error that the contract told."""
    money = works.money
    money.spend(funded(money, 20_000), 0, GROCER, 20_000)
    works.site.read()
    signer = KeyfileSigner(money.keys[GROCER])
    async with AsyncProjectClient(works.url, GROCER, signer) as grocer:
        acts = [
            await grocer.pay(BAKERY, 2_000, money.mark()),
            await grocer.net(5),
            await grocer.request_cash(300),
        ]
        works.settle()
        told = [await grocer.status(one) for one in acts]
        assert [one["status"] for one in told] == ["done"] * 3, told
        dropped = await grocer.drop_cash_request(told[2]["number"])
        works.settle()
        assert (await grocer.status(dropped))["status"] == "done"
        with pytest.raises(MoreThanOwedError):
            await grocer.net(2**40)


def test_the_sdk_raises_what_the_service_tells(works: Works) -> None:
    """Another's signature, more credits than there are, a project that does not exist."""
    wrong = ProjectClient(works.url, BASILE, KeyfileSigner(works.money.keys[CHLOE]))
    with wrong, pytest.raises(MemberSignatureError):
        wrong.request_redemption(1, works.money.mark())
    with works.client(ALICE) as alice:
        with pytest.raises(BeyondBalanceError):
            alice.request_redemption(2**40, works.money.mark())
        with pytest.raises(UnknownProjectError):
            alice.review(9_999, 0, works.money.mark())


def test_everybody_means_the_same_contract(works: Works) -> None:
    """The SDK, which knows no chain, counts each action where the contracts do."""
    for kind in CONTENTS:
        assert counter(object.__new__(kind)) == NONCE_OF[desk(kind)]
    plan = works.money.plan(1, 2, days=3, loan=Loan(1, 2, 3), lines=(Line(2**64 - 1, 2**255 | 1),))
    for said in (
        Submitting(plan),
        Spend(Spending(1, 2, 2**64 - 1, 4, b"\x01" * 32)),
        AttestingFact(Criterion.MERCHANT_SHARE, 2**64 - 1, b"\x02" * 32),
        Reviewing(b"\x03" * 32, False),
    ):
        assert content(said.ACTION, as_json(said)) == said
