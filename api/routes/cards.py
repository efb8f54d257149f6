"""Cards of members: issued, replaced and revoked by the registrar."""

from fastapi import APIRouter

from api.askers import Changer, Reader, changing_as, registrar, require_member_reader
from api.deps import App, Language, Reading, Services
from api.office_schemas import CardMade, CardsTold, CardTold
from api.schemas import PathNumber
from endogene_token.i18n import tr
from endogene_token.office import cards
from endogene_token.office.card_numbers import grouped, payload, svg
from endogene_token.office.card_prints import face, ndef
from endogene_token.office.cards import NewCard
from endogene_token.office.models import OfficeCard

router = APIRouter(tags=["cards"])


@router.get("/members/{number}/cards")
def list_cards(number: PathNumber, asker: Reader, app: App, session: Reading) -> CardsTold:
    """Tell which cards a member ever had, to the member, an officer, and a key that reads members."""
    require_member_reader(app, session, asker, number)
    return CardsTold(items=[_told(row) for row in cards.cards_of(session, number)])


@router.post("/members/{number}/cards", status_code=201)
def issue(number: PathNumber, asker: Changer, app: App, lang: Language) -> CardMade:
    """Issue a member's card. Its number is told in this answer and never again."""
    with changing_as(app, asker, registrar(app, asker)) as change:
        made = cards.issue(change, app.secret(), number)
    return _made(app, made, lang)


@router.post("/members/{number}/cards/replace", status_code=201)
def replace(number: PathNumber, asker: Changer, app: App, lang: Language) -> CardMade:
    """End a member's card at once and issue another; the credits stay."""
    with changing_as(app, asker, registrar(app, asker)) as change:
        made = cards.replace(change, app.secret(), number)
    return _made(app, made, lang)


@router.delete("/members/{number}/cards/{card}")
def revoke(number: PathNumber, card: PathNumber, asker: Changer, app: App) -> CardTold:
    """End a card that was lost, by its number in the list."""
    with changing_as(app, asker, registrar(app, asker)) as change:
        return _told(cards.revoke(change, number, card))


def _made(app: Services, card: NewCard, lang: str) -> CardMade:
    title = tr("Member's card", lang)
    return CardMade(
        card=card.card,
        member=card.member,
        issued_at=card.issued_at,
        number=grouped(card.number),
        payload=payload(card.number),
        square_code=svg(card.number, title),
        face=face(card.number, app.community.name, title),
        nfc=ndef(card.number).hex(),
    )


def _told(row: OfficeCard) -> CardTold:
    return CardTold(
        card=row.id or 0,
        member=row.member,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
        reason=row.reason,
    )
