"""A community with money and calls, people who apply, mentor, spend and sell, and what they sign."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.chain import projects as pj
from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.acts import desk, domain
from endogene_token.chain.charter import Kind
from endogene_token.chain.views import Role
from endogene_token.member_acts import Act, Content
from endogene_token.projects import CallTerms, Criterion, bits_of
from endogene_token.relay import VoteRelay, member_acts
from endogene_token.relay.act_models import RelayMemberAct
from endogene_token.relay.member_acts import SignedMemberAct
from endogene_token.signers import KeyfileSigner
from endogene_token.store import reading
from tests.node.money import ACTUARY, APPROVER, CRAFT, DAY_SECONDS, FOOD, TREASURER, Money
from tests.node.vote_relay import FAR, voting_town
from tests.town import ALICE, BAKERY, BAKERY_TILL, BASILE, CHLOE, GROCER, key

CASH = 50_000_000  # minor units, paid ahead by the bakery
EASY, STRICT = 1, 2  # the calls: one asks for nothing, one for an issue and a mentor


@contextmanager
def money_town() -> Iterator[Money]:
    """A town on a chain whose clock moves. Its founder governs still: an award needs no majority."""
    with voting_town() as votes:
        town, community = votes.town, votes.town.community
        officers = {Role.TREASURER: TREASURER, Role.ACTUARY: ACTUARY, Role.APPROVER: APPROVER}
        asked = bits_of([Criterion.ISSUE, Criterion.MENTOR])
        text = b"\x1a" * 32
        town.do(
            *(tx.grant_role(community, role, account.address, FAR) for role, account in officers.items()),
            tx.record_purchases(community, [town.purchases(BAKERY_TILL, 1, [100_000, 50_000], ALICE)]),
            tx.settle_premiums(community, BAKERY, CASH, b"\x5e" * 32),
            tx.set_merchant_kind(community, BAKERY, CRAFT),
            tx.set_merchant_kind(community, GROCER, FOOD),
            tx.attest_due(community, 1_000, votes.now + 300 * DAY_SECONDS, text),
            pj.publish_issues(community, 17, text),
            pj.open_call(community, CallTerms(10**9, FAR, CHLOE, 0, 0, 0, 0, 0, text)),
            pj.open_call(community, CallTerms(10**9, FAR, CHLOE, asked, 0, 0, 0, 0, text)),
        )
        directors, others = sorted(votes.voters)[:2], sorted(votes.voters)[2:]
        persons = {n: key(200 + n) for n in (ALICE, BASILE, CHLOE, BAKERY, GROCER)}
        yield Money(
            votes,
            {**votes.voters, **persons},
            applicant=others[0],
            signer=others[1],
            mentor=others[2],
            releaser=directors[0],
            board=tuple(directors),
        )


def awarded(money: Money, *amounts: int) -> int:
    """Return a new project that is awarded what its tranches ask for."""
    town = money.votes.town
    project = money.eligible(EASY, money.plan(*amounts, days=200))
    award = pj.award(town.community, project, sum(amounts))
    number = money.votes.propose(money.releaser, Kind.SPENDING, award)
    money.votes.give_notice(number, money.releaser)
    town.do(pj.put_to_vote(town.community, project, number, [rs.executable(award)]), award)
    return project


def funded(money: Money, amount: int) -> int:
    """Return a new project that has `amount` in its account."""
    project = awarded(money, amount, 1)
    money.release(project, 0)
    return project


@dataclass
class Deeds:
    """What members send to the relay, and what became of it."""

    money: Money
    engine: Engine

    @property
    def relay(self) -> VoteRelay:
        return VoteRelay(self.engine, self.money.votes.town.ledger, self.money.votes.town.relayer)

    def exhaust(self) -> None:
        """Let a new relay work until nothing moves."""
        relay = self.relay
        while relay.step():
            pass

    def nonce(self, member: int, content: Content) -> int:
        """Return what the member's next act of this kind carries on the chain."""
        view = (desk(type(content)), "nonce", (member,))
        return int(self.money.votes.town.ledger.read([view])[0])

    def signed(
        self,
        member: int,
        subject: int,
        content: Content,
        *,
        tranche: int = 0,
        ahead: int = 0,
    ) -> SignedMemberAct:
        """Return a signed act; `ahead`: of how many numbers."""
        act = Act(member, subject, content, self.nonce(member, content) + ahead)
        where = domain(self.money.votes.town.community, type(content))
        signature = KeyfileSigner(self.money.keys[member]).sign(act, where)
        return SignedMemberAct(act, signature, tranche)

    def queue(self, signed: SignedMemberAct) -> RelayMemberAct:
        """Queue a signed act."""
        chain_nonce = self.nonce(signed.act.member, signed.act.content)
        return member_acts.accept(self.engine, signed, self.money.votes.town.community, chain_nonce)

    def send(self, member: int, subject: int, content: Content, tranche: int = 0) -> RelayMemberAct:
        """Queue an act."""
        return self.queue(self.signed(member, subject, content, tranche=tranche))

    def found(self, receipt: bytes) -> RelayMemberAct:
        with reading(self.engine) as connection, Session(connection) as session:
            found = member_acts.find(session, receipt)
            assert found is not None
            return found

    def fate(self, row: RelayMemberAct) -> RelayMemberAct:
        return self.found(row.receipt)

    def told(self, row: RelayMemberAct) -> tuple[str, str | None]:
        """Return the state of an act, and the code of why it was refused."""
        found = self.fate(row)
        return found.state, None if found.trouble is None else found.trouble.code
