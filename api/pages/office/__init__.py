"""The office's pages, one file a page."""

from fastapi import APIRouter

from api.pages.office import (
    annual,
    arrears,
    ballots,
    bank,
    businesses,
    exceptions,
    home,
    imports,
    mandates,
    member_erasure,
    member_key,
    member_missing,
    member_papers,
    member_votes,
    member_wallet,
    members,
    money,
    pause,
    payouts,
    people,
    projects,
    rules,
    runs,
    terms,
    trace,
)

router = APIRouter(include_in_schema=False)
for one in (
    *(home, money, exceptions, arrears, runs, mandates, bank, imports),
    *(members, member_papers, member_missing, member_erasure, member_wallet, member_key, member_votes),
    *(businesses, people, terms),
    *(projects, ballots, payouts),
    *(rules, trace, annual, pause),
):
    router.include_router(one.router)
