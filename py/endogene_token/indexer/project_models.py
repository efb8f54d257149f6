"""The tables of development projects: calls, dossiers, plans, tranches, outside money, loans.

As in `models`, which these belong to. States, criteria and kinds are the numbers that the contracts give
them, see `projects`; a flag is 0 or 1, an instant that has not come is 0, a hash not yet told is empty. What
a text or a piece of evidence says is not here: only its hash is on the chain.
"""

from sqlmodel import SQLModel

from endogene_token.indexer.columns import raw, whole


class IssueList(SQLModel, table=True):
    """A version of the published list of societal issues, which are numbered from 1 to `issues`."""

    __tablename__ = "issue_list"
    version: int = whole(key=True)
    issues: int = whole()
    text_hash: bytes = raw(32)
    block_number: int = whole()


class ProjectCall(SQLModel, table=True):
    """A call for projects. `required` has a bit for each criterion; `awarded` is the sum of its awards."""

    __tablename__ = "project_call"
    number: int = whole(key=True)
    budget: int = whole(unsigned=True)
    closes_at: int = whole(unsigned=True)
    attestor: int = whole()
    required: int = whole()
    min_partners: int = whole()
    min_kinds: int = whole()
    min_merchant_share_bps: int = whole()
    min_leverage_bps: int = whole()
    text_hash: bytes = raw(32)
    awarded: int = whole(unsigned=True)
    block_number: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class Project(SQLModel, table=True):
    """A project. Until it is submitted, what its plan says is 0.

    `balance` is the project currency in its account. `released` is the part of `amount` that became currency,
    `recalled` the part that never will, `unspent` the currency that returned to the fund. Of a loan,
    `released` less `repaid` (which counts what returned unspent) less `written_off` is owed. `received` is
    co-financing that came; pledges count for nothing, and stand in a table of their own.
    """

    __tablename__ = "project"
    number: int = whole(key=True)
    call: int = whole()
    applicant: int = whole()
    state: int = whole()
    resumes_to: int = whole()
    instrument: int = whole()
    mentor: int = whole()
    is_mentored: int = whole()
    signer: int = whole()
    resolution: int = whole()
    amount: int = whole(unsigned=True)
    sought: int = whole(unsigned=True)
    received: int = whole(unsigned=True)
    expires_at: int = whole(unsigned=True)
    first_due_at: int = whole(unsigned=True)
    instalment_interval: int = whole()
    instalments: int = whole()
    tranches: int = whole()
    accounted: int = whole()
    released: int = whole()
    recalled: int = whole()
    balance: int = whole()
    unspent: int = whole()
    repaid: int = whole()
    written_off: int = whole()
    text_hash: bytes = raw(32)
    report: bytes = raw()
    submitted_at: int = whole()
    awarded_at: int = whole()
    completed_at: int = whole()
    closed_at: int = whole()
    block_number: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class ProjectPartner(SQLModel, table=True):
    """An organisation of a project's grouping; `member` 0: it is no member. The hashes are commitments."""

    __tablename__ = "project_partner"
    project: int = whole(key=True)
    position: int = whole(key=True)
    kind: int = whole()
    member: int = whole()
    attested: int = whole()
    organisation: bytes = raw(32)
    controller: bytes = raw(32)


class ProjectFact(SQLModel, table=True):
    """What a dossier states of a criterion; `attestor` 0: nobody has attested it."""

    __tablename__ = "project_fact"
    project: int = whole(key=True)
    criterion: int = whole(key=True)
    value: int = whole(unsigned=True)
    attestor: int = whole()
    evidence: bytes = raw(32)


class ProjectRelation(SQLModel, table=True):
    """A member with an interest in a project: it neither judges it nor is paid by it."""

    __tablename__ = "project_relation"
    project: int = whole(key=True)
    member: int = whole(key=True)


class ProjectTranche(SQLModel, table=True):
    """A part of a project's money and how far it has come, `since` when.

    `claim_hash`, `evidence` and `payee` are those of the last claim, the tranche's attempt number `attempt`;
    `reviewer` and `releaser` judged it. `account` is the hash of the account that was filed.
    """

    __tablename__ = "project_tranche"
    project: int = whole(key=True)
    position: int = whole(key=True)
    amount: int = whole(unsigned=True)
    due_at: int = whole(unsigned=True)
    milestone: bytes = raw(32)
    state: int = whole()
    since: int = whole()
    attempt: int = whole()
    claim_hash: bytes = raw()
    evidence: bytes = raw()
    payee: int = whole()
    reviewer: int = whole()
    releaser: int = whole()
    released_at: int = whole()
    account: bytes = raw()


class ProjectLine(SQLModel, table=True):
    """A budget line and what is spent on it; `merchant_kinds` is a number of 256 bits, one for each kind."""

    __tablename__ = "project_line"
    project: int = whole(key=True)
    position: int = whole(key=True)
    amount: int = whole(unsigned=True)
    merchant_kinds: bytes = raw(32)
    spent: int = whole()


class CoFinancing(SQLModel, table=True):
    """Outside money that came, on the day `received_on`; `valuer` 0: cash. A source serves once."""

    __tablename__ = "co_financing"
    source: bytes = raw(32, key=True)
    project: int = whole()
    amount: int = whole(unsigned=True)
    valuer: int = whole()
    received_on: int = whole()
    financier: bytes = raw(32)
    evidence: bytes = raw(32)
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class CoFinancingPledge(SQLModel, table=True):
    """Outside money that an applicant says is promised. Anyone may say any amount: sum with care."""

    __tablename__ = "co_financing_pledge"
    block_number: int = whole(key=True)
    log_index: int = whole(key=True)
    project: int = whole()
    amount: int = whole(unsigned=True)
    financier: bytes = raw(32)
    evidence: bytes = raw(32)
    block_time: int = whole()
    transaction_hash: bytes = raw(32)


class LoanRepayment(SQLModel, table=True):
    """What a borrower paid back in real money."""

    __tablename__ = "loan_repayment"
    bank_reference: bytes = raw(32, key=True)
    project: int = whole()
    amount: int = whole()
    block_number: int = whole()
    log_index: int = whole()
    block_time: int = whole()
    transaction_hash: bytes = raw(32)
