"""Who buys: the member of a card or of a telephone number, for a till or a key that may ask."""

from typing import Annotated, Final

from fastapi import APIRouter, Body

from api.askers import Reader, buyer_seeker
from api.deps import App, Language, Reading
from api.office_schemas import BuyerGiven, BuyerTold
from endogene_token.errors import RequestShapeError, UnknownCardError, UnknownPhoneError
from endogene_token.i18n import mark, tr
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.guesses import count_guess, require_guess

router = APIRouter(tags=["buyers"])
_ONE: Final = mark("either a card or a telephone number")


@router.post("/buyers")
def buyer(
    given: Annotated[BuyerGiven, Body()], asker: Reader, *, app: App, session: Reading, lang: Language
) -> BuyerTold:
    """Tell the number of the member who holds a card or gave a telephone number.

    A till or its merchant asks by signature, a program by a key with the scope `buyers:read`. Unknown numbers
    are counted for the merchant, and fifty an hour are answered.
    """
    holder, mode = buyer_seeker(app, session, asker)
    if (given.card is None) == (given.phone is None):
        raise RequestShapeError(field="card, phone", actual="…", limit=tr(_ONE, lang))
    require_guess(session, holder)
    buyers = OfficeBuyers(app.secret(), app.settings.phone_region, mode)
    try:
        if given.card is not None:
            return BuyerTold(member=buyers.by_card(session, given.card))
        return BuyerTold(member=buyers.by_phone(session, given.phone or ""))
    except (UnknownCardError, UnknownPhoneError):
        count_guess(app.engine, holder)
        raise
