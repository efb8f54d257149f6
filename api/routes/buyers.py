"""Who buys: the member of a card or of a telephone number, for a till or a key that may ask."""

from typing import Annotated, Final

from fastapi import APIRouter, Body

from api.askers import Reader, buyer_seeker
from api.deps import App, Language, Reading
from api.office_schemas import BuyerGiven, BuyerTold
from api.sellers import buyers_of
from endogene_token.errors import RequestShapeError
from endogene_token.i18n import mark, tr
from endogene_token.sales import Buyer

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
    asked = Buyer(card=given.card, phone=given.phone)
    return BuyerTold(member=buyers_of(app, holder, mode).member_of(session, asked))
