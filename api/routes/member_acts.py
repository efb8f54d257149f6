"""What members sign for projects, project currency and redemptions: sent, and followed by its receipt."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request

from api import texts
from api.act_schemas import Draft, MemberActAccepted, MemberActGiven, MemberActTold, MemberNonces
from api.askers import place_of
from api.deps import App, Language, Reading
from api.member_acts import accept_member_act, chain_nonce, signed_act
from api.schemas import PathNumber
from endogene_token.chain.artifacts import Name
from endogene_token.errors import UnknownActError, UnknownTextError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.office.trail import Actor
from endogene_token.relay import member_acts

router = APIRouter(tags=["member acts"])
Receipt = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="As it was answered.")]


@router.post("/member-acts", status_code=202)
def send(given: Annotated[MemberActGiven, Body()], request: Request, app: App) -> MemberActAccepted:
    """Accept what a member signed. It is checked as the next block would; sent again it is the same act."""
    dossier = _dossier(given)
    row = accept_member_act(app, signed_act(given))
    if dossier is not None:  # after its act, which was signed by a member; sent again, it is kept again
        texts.keep(app, Actor(f"member:{given.member}", *place_of(request)), dossier)
    return MemberActAccepted.model_validate({"receipt": to_hex(row.receipt), "status": row.state})


def _dossier(given: MemberActGiven) -> str | None:
    """Return the text that came with a draft. Raises UnknownTextError unless the draft names it."""
    if not isinstance(given.act, Draft) or given.act.dossier is None:
        return None
    if from_hex(texts.hash_of(given.act.dossier)) != from_hex(given.act.text):
        raise UnknownTextError(actual=given.act.text)
    return given.act.dossier


@router.get("/member-acts/nonces/{member}")
def nonces(member: PathNumber, app: App, session: Reading) -> MemberNonces:
    """Tell the number that a member's next act carries in the book and the currency."""

    def next_(contract: Name) -> int:
        on_chain = chain_nonce(app.ledger, contract, member)
        return member_acts.next_nonce(session, contract, member, on_chain)

    return MemberNonces(
        member=member,
        projects=next_("ProjectBook"),
        currency=next_("ProjectCurrency"),
    )


@router.get("/member-acts/{receipt}")
def member_act(receipt: Receipt, session: Reading, lang: Language) -> MemberActTold:
    """Tell how far an act has come."""
    row = member_acts.find(session, from_hex(receipt))
    if row is None:
        raise UnknownActError(actual=receipt)
    trouble = row.trouble
    return MemberActTold.model_validate(
        {
            "receipt": to_hex(row.receipt),
            "action": row.action,
            "status": row.state,
            "reason": trouble and trouble.code,
            "explanation": trouble and trouble.render(lang),
            "number": row.number,
            "transaction": None if row.transaction is None else to_hex(row.transaction),
        }
    )
