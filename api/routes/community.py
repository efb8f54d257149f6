"""Which ledger this is."""

from fastapi import APIRouter
from sqlmodel import col, select

from api.answers import CommunityTold, RulesTold
from api.deps import App, Reading
from endogene_token.indexer.models import RulesVersion

router = APIRouter(tags=["community"])


@router.get("/community")
def community(app: App, session: Reading) -> CommunityTold:
    """Tell the community's name, its contracts and its rules, as far as the read model has them."""
    newest = select(RulesVersion).order_by(col(RulesVersion.version).desc())
    rules = session.exec(newest).first()
    told = None if rules is None else RulesTold.model_validate(rules.model_dump())
    one = app.community
    return CommunityTold(
        name=one.name,
        chain_id=one.chain_id,
        membership=one.membership,
        credit=one.credit,
        fund=one.fund,
        rulebook=one.rulebook,
        assembly=one.assembly,
        board=one.board,
        project_book=one.projects,
        project_currency=one.currency,
        redemption_desk=one.redemptions,
        passkey_verifier=one.passkey_verifier,
        currency=app.settings.currency,
        timezone=app.settings.timezone,
        livemode=not app.settings.sandbox,
        rules=told,
    )
