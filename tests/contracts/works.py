"""Projects of a community: who applies, mentors, attests, spends and releases, and each step that they take.

The governor is an account here, so that an award needs a resolution that stands, but no vote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak

from endogene_token.chain import acts, projects, resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import DAY, Kind
from endogene_token.chain.currency import Currency
from endogene_token.chain.projects import Projects
from endogene_token.chain.redemptions import Redemptions
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.chain.wallet import Receipt
from endogene_token.member_acts import (
    AcceptingAccount,
    Act,
    AddingPartner,
    AttestingFact,
    AttestingPartner,
    Claiming,
    Content,
    Drafting,
    FilingAccount,
    Mentoring,
    Releasing,
    Reviewing,
    StatingFact,
    Submitting,
)
from endogene_token.projects import (
    NO_LOAN,
    CallTerms,
    Criterion,
    Instrument,
    Line,
    Loan,
    OrganisationKind,
    Partner,
    Plan,
    Tranche,
    bits_of,
)
from tests.contracts.cooperative import chain_time
from tests.town import FOREVER, key

HASH: Final = keccak(b"what shows it")
BOARD_LIMIT: Final = 500_000  # minor units, of the standard charter
EVERYTHING: Final = bits_of(Criterion)
RATE: Final = 280  # basis points
LIMIT: Final = 10**12  # minor units
FAR: Final = 2**40
KINDS: Final = 0b110  # the merchants' kinds, 1 and 2
PEOPLE: Final = ("director", "applicant", "signer", "mentor", "attestor")
SHOPS: Final = ("baker", "carpenter")


@dataclass
class Works:
    """A ledger, the accounts of its officers by their names, and those of its members by number."""

    ledger: Ledger
    officers: Mapping[str, LocalAccount]
    members: dict[str, int] = field(default_factory=dict)
    keys: dict[int, LocalAccount] = field(default_factory=dict)

    @classmethod
    def begin(cls, ledger: Ledger, officers: Mapping[str, LocalAccount], first_key: int) -> Self:
        """Admit the people and two merchants, and seat the director."""
        self = cls(ledger, officers)
        first = ledger.member_count() + 1
        for number, name in enumerate((*PEOPLE, *SHOPS), first):
            self.members[name] = number
            self.keys[number] = key(first_key + number)
        rows = [
            Admission(
                MemberKind.ORGANISATION if name in SHOPS else MemberKind.PERSON,
                Category.USER,
                0,
                FOREVER,
                bytes.fromhex(self.keys[number].address[2:]),
            )
            for name, number in self.members.items()
        ]
        self.by("registrar", tx.admit_members(ledger.community, rows))
        for kind, name in enumerate(SHOPS, 1):
            shop = self.members[name]
            self.by("registrar", tx.enrol_merchant(ledger.community, shop, RATE, LIMIT, 10**9))
            self.by("registrar", tx.set_merchant_kind(ledger.community, shop, kind))
        self.by("governor", resolutions.seat(ledger.community, self.members["director"], FAR))
        return self

    @property
    def book(self) -> Projects:
        return Projects(self.ledger)

    @property
    def currency(self) -> Currency:
        return Currency(self.ledger)

    @property
    def desk(self) -> Redemptions:
        return Redemptions(self.ledger)

    @property
    def now(self) -> int:
        """The instant of the latest block."""
        return chain_time(self.ledger)

    def account(self, who: str | int) -> LocalAccount:
        """Return the account of an officer, or of a member by name or number."""
        if isinstance(who, int):
            return self.keys[who]
        return self.officers[who] if who in self.officers else self.keys[self.members[who]]

    def by(self, who: str | int, call: Call) -> Receipt:
        """Have somebody send a call, which must succeed."""
        return Sender(self.ledger, self.account(who)).transact(call)

    def act_call(self, who: str, subject: int, content: Content, tranche: int = 0) -> Call:
        """Return what a member does with the key of its own."""
        act = Act(self.members[who], subject, content, 0)
        return acts.take(self.ledger.community, act, tranche=tranche)

    def act(self, who: str, subject: int, content: Content, tranche: int = 0) -> Receipt:
        """Have a member act with the key of its own."""
        return self.by(who, self.act_call(who, subject, content, tranche))

    # ---- calls and dossiers

    def terms(self, required: int = 0, budget: int = BOARD_LIMIT) -> CallTerms:
        """Return the terms of a call that stays open, whatever the clock does."""
        attestor, closes_at = self.members["attestor"], FAR
        return CallTerms(budget, closes_at, attestor, required, 2, 2, 5_000, 0, HASH)

    def open_call(self, required: int = 0, budget: int = BOARD_LIMIT) -> int:
        """Open a call, and return its number."""
        self.by("governor", projects.open_call(self.ledger.community, self.terms(required, budget)))
        return self.book.call_count()

    def plan(
        self,
        *amounts: int,
        lines: int = 1,
        sought: int = 0,
        loan: Loan = NO_LOAN,
        days: int = 300,
    ) -> Plan:
        """Return a plan with these tranches, and as many equal lines; what is over is on the first."""
        total, now = sum(amounts), self.now
        parts = [total // lines] * lines
        parts[0] += total - sum(parts)
        return Plan(
            instrument=Instrument.GRANT if loan == NO_LOAN else Instrument.LOAN,
            mentor=self.members["mentor"],
            signer=self.members["signer"],
            amount=total,
            sought=sought,
            expires_at=now + days * DAY,
            loan=loan,
            tranches=tuple(Tranche(amount, now + 60 * DAY, HASH) for amount in amounts),
            lines=tuple(Line(part, KINDS) for part in parts),
        )

    def draft(self, call: int) -> int:
        """Begin a dossier, and return its number."""
        self.act("applicant", call, Drafting(HASH))
        return self.book.count()

    def complete(self, project: int) -> None:
        """State every fact of a draft, and add two partners."""
        for criterion in Criterion:
            if not criterion.is_derived:
                value = 6_000 if criterion is Criterion.MERCHANT_SHARE else 1
                self.act("applicant", project, StatingFact(criterion, value, HASH))
        for number, kind in enumerate((OrganisationKind.COOPERATIVE, OrganisationKind.LOCAL_AUTHORITY)):
            self.act("applicant", project, AddingPartner(partner(kind, number)))

    def submit(self, project: int, plan: Plan) -> None:
        """File a draft with its plan."""
        self.act("applicant", project, Submitting(plan))

    def attest(self, project: int) -> None:
        """Have everything attested that stands in the dossier, and the mentor accept."""
        self.act("mentor", project, Mentoring())
        for criterion in Criterion:
            fact = self.book.fact(project, criterion)
            if fact.value:
                self.act("attestor", project, AttestingFact(criterion, fact.value, fact.evidence))
        for index, one in enumerate(self.book.partners(project)):
            self.act("attestor", project, AttestingPartner(index, one))

    def qualify(self, project: int) -> None:
        """Make a dossier eligible."""
        self.by("treasurer", projects.qualify(self.ledger.community, project))

    def vote_call(self, project: int) -> Call:
        """Give notice of the resolution that awards a project; return the call that puts it to the vote."""
        community, amount = self.ledger.community, self.book.project(project).amount
        kind = Kind.SPENDING if amount <= BOARD_LIMIT else Kind.MAJOR_SPENDING
        calls = [resolutions.executable(projects.award(community, project, amount))]
        director = self.members["director"]
        self.by("director", resolutions.propose(community, director, kind, HASH, calls))
        number = Assembly(self.ledger).count()
        opens_at = self.now + 12 * DAY
        self.by("director", resolutions.give_notice(community, number, director, opens_at, calls))
        return projects.put_to_vote(community, project, number, calls)

    def put_to_vote(self, project: int) -> None:
        """Put an eligible dossier to the vote."""
        self.by("treasurer", self.vote_call(project))

    def award_call(self, project: int) -> Call:
        """Return the award of what the plan asks for."""
        return projects.award(self.ledger.community, project, self.book.project(project).amount)

    # ---- tranches

    def claim(self, project: int, tranche: int) -> None:
        """Claim a tranche."""
        self.act("applicant", project, Claiming(tranche, HASH))

    def review_call(self, project: int, tranche: int, *, approved: bool = True) -> Call:
        """Return the mentor's review of the claim that stands."""
        claim = self.book.progress(project, tranche).claim
        return self.act_call("mentor", project, Reviewing(claim, approved), tranche)

    def release_call(self, project: int, tranche: int) -> Call:
        """Return the director's release of the claim that stands."""
        claim = self.book.progress(project, tranche).claim
        return self.act_call("director", project, Releasing(claim), tranche)

    def release(self, project: int, tranche: int) -> None:
        """Claim, review and release a tranche."""
        self.claim(project, tranche)
        self.by("mentor", self.review_call(project, tranche))
        self.by("director", self.release_call(project, tranche))

    def account_for(self, project: int, tranche: int) -> None:
        """File the account of a tranche, and accept it."""
        self.act("applicant", project, FilingAccount(tranche, HASH))
        self.act("mentor", project, AcceptingAccount(tranche, HASH))

    # ---- from nothing to a state

    def eligible(self, call: int, plan: Plan) -> int:
        """Return a project that is eligible under a call without criteria."""
        project = self.draft(call)
        self.submit(project, plan)
        self.qualify(project)
        return project

    def awarded(self, call: int, plan: Plan) -> int:
        """Return a project that is awarded."""
        project = self.eligible(call, plan)
        self.put_to_vote(project)
        self.by("governor", self.award_call(project))
        return project

    def active(self, call: int, plan: Plan) -> int:
        """Return a project with its first tranche."""
        project = self.awarded(call, plan)
        self.release(project, 0)
        return project


def partner(kind: OrganisationKind, number: int) -> Partner:
    """Return an organisation that nobody has attested, and that is no member."""
    return Partner(kind, 0, False, keccak(b"organisation%d" % number), keccak(b"controller%d" % number))
