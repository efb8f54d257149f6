"""The demo's projects, from the call to the awards. Each step looks at the chain first, and is done once."""

from functools import partial
from typing import Final

from eth_utils.crypto import keccak

from endogene_token.ballots import text_hash
from endogene_token.chain.projects import Project, Projects, award, lose_vote, put_to_vote, qualify
from endogene_token.chain.resolutions import executable
from endogene_token.chain.transactions import Call
from endogene_token.cli import motions
from endogene_token.cli.people import ATTESTOR, CHAIR, MENTOR, Acting
from endogene_token.cli.proposals import BUDGET, CALL, ISSUE_COUNT, ISSUES, PARTNERS, PROPOSALS, Proposal
from endogene_token.cli.voting import keep_text
from endogene_token.host.community import Host
from endogene_token.member_acts import (
    AddingPartner,
    AttestingFact,
    AttestingPartner,
    Drafting,
    Mentoring,
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
    Partner,
    Plan,
    ProjectState,
    Tranche,
    bits_of,
)
from endogene_token.sdk.keys import TillKey

DAY: Final = 86_400
THE_CALL: Final = 1
DUE: Final = 20_00  # what members will be due within the horizon, in minor units


def open_call(host: Host) -> None:
    """Open the call, as long as the founder may, and have the actuary attest what members will be due."""
    instant = motions.now(host)
    if Projects(host.ledger).call_count() == 0:
        terms = CallTerms(
            budget=BUDGET,
            closes_at=instant + 60 * DAY,
            attestor=ATTESTOR,
            required=bits_of(Criterion),
            min_partners=5,
            min_kinds=3,
            min_merchant_share_bps=5_000,
            min_leverage_bps=20_000,
            text=text_hash(CALL),
        )
        host.officers.open_call(terms, ISSUE_COUNT, text_hash(ISSUES))
    if host.ledger.solvency().attested_until == 0:
        host.officers.attest_due(DUE, instant + 390 * DAY, commitment(host, "actuary"))


def file_dossiers(host: Host) -> None:
    """Have the three dossiers drafted, filed and attested, until each is eligible."""
    acting, registrar = Acting(host), TillKey(bytes(host.folder.account("registrar").key))
    for text in (ISSUES, CALL, *(one.text for one in PROPOSALS)):
        keep_text(host.url, text, registrar, host.ledger.domain)
    for one in PROPOSALS:
        file_dossier(host, acting, one)
        if _now(host, one).state is ProjectState.SUBMITTED:
            acting.send(ATTESTOR, [qualify(host.community, _number(host, one))])


def file_dossier(host: Host, acting: Acting, proposal: Proposal) -> None:
    """Have a dossier drafted, filed and attested, until it misses nothing."""
    if number_of(host, proposal) is None:
        acting.act(proposal.applicant, THE_CALL, Drafting(text_hash(proposal.text)))
    _submit(host, acting, proposal)
    _attest(host, acting, proposal)


def file_awards(host: Host) -> None:
    """File the awards of the projects that wait to be put to a vote."""
    for one in PROPOSALS:
        if is_undecided(host, one):
            # Voted before the project was put to it, a resolution could award nothing.
            is_late = motions.state(host, one.motion) in motions.OVER
            motions.file(host, one.motion, partial(_awarding, host, one), again=is_late)


def put_all_to_vote(host: Host) -> None:
    """Put the projects to the votes that are ahead."""
    calls = []
    for one in PROPOSALS:
        if is_undecided(host, one) and motions.state(host, one.motion) in motions.AHEAD:
            resolution = motions.found(host, one.motion) or 0
            awards = [executable(call) for call in _awarding(host, one)]
            calls.append(put_to_vote(host.community, _number(host, one), resolution, awards))
    Acting(host).send(CHAIR, calls)


def note_lost_votes(host: Host) -> None:
    """Make the projects eligible again whose award was not carried."""
    for one in PROPOSALS:
        is_lost = motions.state(host, one.motion) in motions.LOST
        if is_lost and _now(host, one).state is ProjectState.BALLOTED:
            Acting(host).send(one.applicant, [lose_vote(host.community, _number(host, one))])


def is_undecided(host: Host, proposal: Proposal) -> bool:
    """Return whether a project waits for a vote: one that was refused, as the story tells, does not."""
    is_refused = motions.state(host, proposal.motion) is proposal.motion.ends
    return not is_refused and _now(host, proposal).state is ProjectState.ELIGIBLE


def number_of(host: Host, proposal: Proposal) -> int | None:
    """Return the number of the project, or None: each has an applicant of its own."""
    book = Projects(host.ledger)
    numbers = range(1, book.count() + 1)
    return next((one for one in numbers if book.project(one).applicant == proposal.applicant), None)


def commitment(host: Host, what: str) -> bytes:
    """Return the commitment to what stays off the chain, salted with a secret of this data folder."""
    return keccak(bytes(host.folder.account("commitments").key) + what.encode())


def _submit(host: Host, acting: Acting, proposal: Proposal) -> None:
    """Add the partners, state the facts and file the plan, as far as the draft lacks them."""
    book, number = Projects(host.ledger), _number(host, proposal)
    if book.project(number).state is not ProjectState.DRAFT:
        return
    known = len(book.partners(number))
    partners = [AddingPartner(one) for one in _partners(host, proposal)[known:]]
    facts = [
        StatingFact(one, value, commitment(host, f"{proposal.name}: {one.name}"))
        for one, value in proposal.facts.items()
        if not any(book.fact(number, one).evidence)
    ]
    acting.act(proposal.applicant, number, *partners, *facts, Submitting(_plan(host, proposal)))


def _attest(host: Host, acting: Acting, proposal: Proposal) -> None:
    """Have the mentor accept and the attestor attest what is not yet attested."""
    book, number = Projects(host.ledger), _number(host, proposal)
    project = book.project(number)
    if project.state is not ProjectState.SUBMITTED:
        return
    if not project.is_mentored:
        acting.act(MENTOR, number, Mentoring())
    filed = [
        AttestingPartner(index, one) for index, one in enumerate(book.partners(number)) if not one.is_attested
    ]
    stated = [(one, book.fact(number, one)) for one in proposal.facts]
    facts = [AttestingFact(one, fact.value, fact.evidence) for one, fact in stated if fact.attestor == 0]
    acting.act(ATTESTOR, number, *filed, *facts)


def _awarding(host: Host, proposal: Proposal) -> list[Call]:
    return [award(host.community, _number(host, proposal), proposal.amount)]


def _partners(host: Host, proposal: Proposal) -> list[Partner]:
    return [
        Partner(
            kind,
            0,
            False,
            commitment(host, f"{proposal.name}: {kind.name}"),
            commitment(host, f"{proposal.name}: {kind.name}: controller"),
        )
        for kind in PARTNERS
    ]


def _plan(host: Host, proposal: Proposal) -> Plan:
    instant = motions.now(host)
    is_loan = proposal.instalments != 0
    return Plan(
        instrument=Instrument.LOAN if is_loan else Instrument.GRANT,
        mentor=MENTOR,
        signer=proposal.applicant,
        amount=proposal.amount,
        sought=proposal.sought,
        expires_at=instant + 365 * DAY,
        loan=Loan(instant + 90 * DAY, 30 * DAY, proposal.instalments) if is_loan else NO_LOAN,
        tranches=tuple(
            Tranche(amount, instant + 30 * DAY, commitment(host, f"{proposal.name}: milestone {index}"))
            for index, amount in enumerate(proposal.tranches)
        ),
        lines=tuple(Line(amount, 1 << kind) for kind, amount in proposal.lines),
    )


def _number(host: Host, proposal: Proposal) -> int:
    return number_of(host, proposal) or 0


def _now(host: Host, proposal: Proposal) -> Project:
    return Projects(host.ledger).project(_number(host, proposal))
