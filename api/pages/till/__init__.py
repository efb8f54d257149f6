"""The till's pages, one file a page."""

from fastapi import APIRouter

from api.pages.till import device, files, people, sale, standing, today

router = APIRouter(include_in_schema=False)
for page in (sale, device, today, standing, files, people):
    router.include_router(page.router)
