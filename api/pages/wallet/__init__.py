"""The wallet's pages, one file a page."""

from fastapi import APIRouter

from api.pages.wallet import (
    card,
    home,
    install,
    me,
    mine,
    missing,
    purchases,
    retirement,
    security,
    stop,
    votes,
    years,
)

router = APIRouter(include_in_schema=False)
for one in (home, purchases, card, votes, retirement, me, mine, missing, security, stop, years, install):
    router.include_router(one.router, prefix="/wallet")
