"""What a holder reads before he or she signs: each field of a message in words, in French and in English."""

from collections.abc import Iterator, Mapping
from typing import Final

from endogene_token.ballots import Choice
from endogene_token.hexes import to_hex
from endogene_token.i18n import mark, tr
from endogene_token.member_acts import Act
from endogene_token.projects import Criterion, Instrument, OrganisationKind, Record
from endogene_token.signers.messages import Message

_TITLES: Final = {
    "Ballot": mark("Ballot"),
    "SealedBallot": mark("Sealed ballot"),
    "Proposal": mark("Proposal of a resolution"),
    "Notice": mark("Notice of a vote"),
    "Interest": mark("Declaration of an interest"),
    "draft": mark("Draft of a project"),
    "addPartner": mark("Partner of a project"),
    "stateFact": mark("Statement of a fact"),
    "declareRelation": mark("Declaration of a relation to a project"),
    "submit": mark("Submission of a dossier with its plan"),
    "acceptMentoring": mark("Mentoring of a project"),
    "attestFact": mark("Attestation of a fact"),
    "attestPartner": mark("Attestation of a partner"),
    "claim": mark("Claim of a tranche"),
    "review": mark("Review of a claim"),
    "release": mark("Release of a tranche"),
    "fileAccount": mark("Account of a tranche"),
    "acceptAccount": mark("Acceptance of an account"),
    "pledgeCoFinancing": mark("Pledge of co-financing"),
    "evaluate": mark("Evaluation of a project"),
    "spend": mark("Payment by a project"),
    "returnSpending": mark("Return of a payment to a project"),
    "pay": mark("Payment in project currency"),
    "net": mark("Netting against premiums owed"),
    "requestCash": mark("Request of cash"),
    "dropCashRequest": mark("Withdrawal of a request of cash"),
    "request": mark("Request of a redemption"),
    "drop": mark("End of a redemption"),
}
_SUBJECT_CALL: Final = mark("Call")
_SUBJECT_PROJECT: Final = mark("Project")
_SUBJECT_MERCHANT: Final = mark("Merchant")
_SUBJECTS: Final = {
    "draft": _SUBJECT_CALL,
    "pay": _SUBJECT_MERCHANT,
    "net": _SUBJECT_MERCHANT,
    "requestCash": _SUBJECT_MERCHANT,
    "dropCashRequest": _SUBJECT_MERCHANT,
}
_LABELS: Final = {
    "account": mark("Account (hash)"),
    "amount": mark("Amount (cents)"),
    "calls": mark("Calls (hash)"),
    "choice": mark("Choice"),
    "claim": mark("Claim (hash)"),
    "commitment": mark("Seal (hash)"),
    "controller": mark("Who controls it (commitment)"),
    "criterion": mark("Criterion"),
    "due_at": mark("Due at (seconds since 1970)"),
    "evidence": mark("Evidence (hash)"),
    "expires_at": mark("Ends at (seconds since 1970)"),
    "financier": mark("Financier (commitment)"),
    "first_due_at": mark("First instalment at (seconds since 1970)"),
    "index": mark("Partner number"),
    "instalments": mark("Instalments"),
    "instrument": mark("Instrument"),
    "interval": mark("Between two instalments (seconds)"),
    "invoice": mark("Invoice (commitment)"),
    "is_approved": mark("Approved"),
    "is_attested": mark("Attested"),
    "kind": mark("Kind"),
    "line": mark("Budget line"),
    "member": mark("Member"),
    "mentor": mark("Mentor (member)"),
    "merchant": mark("Merchant paid"),
    "merchant_kinds": mark("Kinds of merchant (one bit each)"),
    "milestone": mark("Milestone (hash)"),
    "nonce": mark("Serial number"),
    "opensAt": mark("Opens at (seconds since 1970)"),
    "organisation": mark("Organisation (commitment)"),
    "payee": mark("Account paid (commitment)"),
    "project": mark("Project"),
    "redemption": mark("Redemption"),
    "related": mark("Related member"),
    "report": mark("Report (hash)"),
    "request": mark("Request"),
    "resolution": mark("Resolution"),
    "sequence": mark("Ballot number"),
    "signer": mark("Spends for the project (member)"),
    "sought": mark("Outside money sought (cents)"),
    "text": mark("Text (hash)"),
    "tranche": mark("Tranche"),
    "value": mark("Value"),
}
_PARTS: Final = {"tranches": mark("Tranche"), "lines": mark("Budget line"), "partner": mark("Partner")}
_YES: Final = mark("Yes")
_NO: Final = mark("No")
_TO_SIGN: Final = mark("To sign")
_CONTENT: Final = mark("Content (hash)")
# By class: members of two enums may be the same number.
_WORDS: Final[Mapping[type, Mapping[int, str]]] = {
    Choice: {
        Choice.FOR: mark("For"),
        Choice.AGAINST: mark("Against"),
        Choice.ABSTAIN: mark("Abstention"),
    },
    Instrument: {
        Instrument.GRANT: mark("Grant"),
        Instrument.LOAN: mark("Loan"),
    },
    Criterion: {
        Criterion.ISSUE: mark("Societal issue"),
        Criterion.INTER_COOPERATION: mark("Inter-cooperation"),
        Criterion.GROUPING: mark("Grouping"),
        Criterion.SHORT_CIRCUIT: mark("Short circuits"),
        Criterion.MERCHANT_SHARE: mark("Share spent at member merchants"),
        Criterion.LEVERAGE: mark("Leverage"),
        Criterion.MENTOR: mark("Mentor"),
        Criterion.EVALUATION: mark("Evaluation plan"),
        Criterion.BENEFICIARY: mark("Beneficiary"),
    },
    OrganisationKind: {
        OrganisationKind.ENTERPRISE: mark("Enterprise"),
        OrganisationKind.COOPERATIVE: mark("Cooperative"),
        OrganisationKind.ASSOCIATION: mark("Association"),
        OrganisationKind.INSTITUTION: mark("Institution"),
        OrganisationKind.LOCAL_AUTHORITY: mark("Local authority"),
    },
}

Line = dict[str, str]


def lines(message: Message, told: Mapping[str, int | bytes], lang: str) -> list[Line]:
    """Return each field of a message as a label and a value; `told`: the fields of its typed data."""
    title = _TITLES[message.action if isinstance(message, Act) else type(message).__name__]
    shown = [_line(_TO_SIGN, tr(title, lang), lang)]
    if isinstance(message, Act):
        return [*shown, *_act_lines(message, lang)]
    return [*shown, *(_field(name, value, lang) for name, value in told.items())]


def _act_lines(act: Act, lang: str) -> Iterator[Line]:
    yield _field("member", act.member, lang)
    if act.subject:
        yield _line(_SUBJECTS.get(act.action, _SUBJECT_PROJECT), str(act.subject), lang)
    for label, value in _content(act.content, lang):
        yield {"label": label, "value": value}
    yield _line(_CONTENT, to_hex(act.content.hash()), lang)
    yield _field("nonce", act.nonce, lang)


def _content(record: Record, lang: str, before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, tuple):
            for number, each in enumerate(value, 1):
                yield from _content(each, lang, f"{tr(_PARTS[name], lang)} {number} · ")
        elif isinstance(value, Record):
            yield from _content(value, lang, f"{tr(_PARTS[name], lang)} · " if name in _PARTS else before)
        else:
            yield before + tr(_LABELS[name], lang), _shown(value, lang)


def _field(name: str, value: int | bytes, lang: str) -> Line:
    shown = Choice(value) if name == "choice" and isinstance(value, int) else value
    return _line(_LABELS[name], _shown(shown, lang), lang)


def _shown(value: int | bytes, lang: str) -> str:
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, bool):
        return tr(_YES if value else _NO, lang)
    if type(value) in _WORDS:
        return tr(_WORDS[type(value)][value], lang)
    return str(value)


def _line(label: str, value: str, lang: str) -> Line:
    return {"label": tr(label, lang), "value": value}
