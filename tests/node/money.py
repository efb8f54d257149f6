"""What a community needs to spend on a chain whose clock moves: dossiers, awards, tranches, invoices."""

from dataclasses import dataclass, field
from itertools import count

from eth_account.signers.local import LocalAccount

from endogene_token.ballots import Choice
from endogene_token.bylaws import Kind
from endogene_token.chain import acts
from endogene_token.chain import projects as pj
from endogene_token.chain import resolutions as rs
from endogene_token.chain.projects import Projects
from endogene_token.chain.transactions import Call
from endogene_token.member_acts import (
    AcceptingAccount,
    Act,
    Claiming,
    Content,
    Drafting,
    FilingAccount,
    Paying,
    Releasing,
    Reviewing,
    Spend,
    Submitting,
)
from endogene_token.projects import (
    NO_LOAN,
    Claim,
    CoFinancing,
    Instrument,
    Line,
    Loan,
    Plan,
    Spending,
    Tranche,
)
from tests.node.votes import Votes
from tests.town import key

DAY_SECONDS = 86_400
TREASURER, ACTUARY, APPROVER = key(403), key(404), key(405)
FOOD, CRAFT = 1, 2  # kinds of merchants


@dataclass
class Money:
    """The people of some projects: one applies, one signs, one mentors, a director releases."""

    votes: Votes
    keys: dict[int, LocalAccount]
    applicant: int
    signer: int
    mentor: int
    releaser: int
    board: tuple[int, ...]
    _marks: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def now(self) -> int:
        """The instant of the chain's last block."""
        return self.votes.now

    @property
    def projects(self) -> Projects:
        return Projects(self.votes.town.ledger)

    def mark(self) -> bytes:
        """Return 32 bytes that were not used before: a bank's reference, an invoice, some evidence."""
        return b"\xee" * 24 + next(self._marks).to_bytes(8)

    def do(self, *calls: Call, by: LocalAccount = TREASURER) -> None:
        """Send `calls`, all of which must succeed."""
        self.votes.do(*calls, account=by)

    def act(self, member: int, subject: int, content: Content, tranche: int = 0) -> None:
        """Have a member do something with its own key."""
        call = acts.take(self.votes.town.community, Act(member, subject, content, 0), tranche=tranche)
        self.votes.do(call, account=self.keys[member])

    def wait_days(self, days: int) -> None:
        """Let the chain's clock run."""
        self.votes.wait_until(self.now + days * DAY_SECONDS)

    def decide(self, kind: Kind, *calls: Call, choice: Choice = Choice.FOR) -> int:
        """Have the board vote; return the resolution, open still."""
        number = self.votes.call_vote(self.releaser, kind, *calls)
        self.votes.cast(number, dict.fromkeys(self.board, choice))
        return number

    def carry_out(self, number: int) -> None:
        """Wait until a resolution is final, and execute it."""
        self.votes.wait_until_final(number)
        self.votes.execute(number)

    def resolve(self, kind: Kind, *calls: Call) -> None:
        """Have the board decide, and carry it out."""
        self.carry_out(self.decide(kind, *calls))

    def draft(self, call: int) -> int:
        """Begin a dossier; return the project."""
        self.act(self.applicant, call, Drafting(self.mark()))
        return self.projects.count()

    def plan(
        self, *amounts: int, days: int, lines: tuple[Line, ...] = (), sought: int = 0, loan: Loan = NO_LOAN
    ) -> Plan:
        """Return a plan with a tranche of each of `amounts`, that expires after `days`."""
        now, amount = self.now, sum(amounts)
        tranches = tuple(Tranche(one, now + 60 * DAY_SECONDS, self.mark()) for one in amounts)
        return Plan(
            Instrument.GRANT if loan == NO_LOAN else Instrument.LOAN,
            self.mentor,
            self.signer,
            amount,
            sought,
            now + days * DAY_SECONDS,
            loan,
            tranches,
            lines or (Line(amount, 1 << FOOD | 1 << CRAFT),),
        )

    def eligible(self, call: int, plan: Plan) -> int:
        """File a dossier that has nothing to prove; return the project."""
        project = self.draft(call)
        self.act(self.applicant, project, Submitting(plan))
        self.do(pj.qualify(self.votes.town.community, project))
        return project

    def put_to_vote(self, projects: tuple[int, ...], choice: Choice) -> int:
        """Have the board vote on awards of all that these projects ask for; return the resolution."""
        community = self.votes.town.community
        awards = [pj.award(community, one, self.projects.project(one).amount) for one in projects]
        number = self.decide(Kind.SPENDING, *awards, choice=choice)
        calls = [rs.executable(one) for one in awards]
        self.do(*(pj.put_to_vote(community, one, number, calls) for one in projects))
        return number

    def claim(self, project: int, tranche: int) -> bytes:
        """Claim a tranche; return the hash of the claim."""
        evidence = self.mark()
        self.act(self.applicant, project, Claiming(tranche, evidence))
        told = self.projects.progress(project, tranche)
        amount = self.projects.tranches(project)[tranche].amount
        found = Claim(project, tranche, told.attempt, amount, self.signer, evidence)
        assert found.hash == told.claim
        return found.hash

    def review(self, project: int, tranche: int, claim: bytes, *, approved: bool = True) -> None:
        """Have the mentor judge a claim."""
        self.act(self.mentor, project, Reviewing(claim, approved), tranche)

    def release(self, project: int, tranche: int) -> None:
        """Have a tranche claimed, reviewed and released."""
        claim = self.claim(project, tranche)
        self.review(project, tranche, claim)
        self.act(self.releaser, project, Releasing(claim), tranche)

    def account(self, project: int, tranche: int) -> None:
        """Have a tranche accounted for, the second account accepted."""
        for _ in range(2):
            account = self.mark()
            self.act(self.applicant, project, FilingAccount(tranche, account))
        self.act(self.mentor, project, AcceptingAccount(tranche, account))

    def spend(self, project: int, line: int, merchant: int, amount: int) -> bytes:
        """Pay an invoice of a merchant; return the invoice."""
        invoice = self.mark()
        spending = Spending(project, merchant, amount, line, invoice)
        self.act(self.signer, project, Spend(spending))
        return invoice

    def pay(self, payer: int, merchant: int, amount: int) -> None:
        """Have a merchant pay another."""
        self.act(payer, payer, Paying(merchant, amount, self.mark()))

    def receive(self, project: int, amount: int, valuer: int = 0) -> None:
        """Book outside money."""
        money = CoFinancing(amount, valuer, self.now // DAY_SECONDS, self.mark(), self.mark(), self.mark())
        self.do(pj.receive_co_financing(self.votes.town.community, project, money))
