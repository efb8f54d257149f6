"""The explorer's pages, for everybody, one file a page: sums and counts, never anybody's own."""

from fastapi import APIRouter

from api.pages.explorer import data, figures, home, projects, verify, votes, year

router = APIRouter(include_in_schema=False)
for _page in (home, projects, votes, year, figures, data, verify):
    router.include_router(_page.router)
