"""What people see: the explorer, the till, the office, the wallet. See docs/decisions/0026-doors.md."""

from fastapi import FastAPI

from api.pages import entering, explorer, files, office, refusals, till, wallet
from api.pages.visitors import EnterFirst, to_login


def install(app: FastAPI) -> None:
    """Open the doors."""
    for door in (explorer, entering, till, office, wallet, files):
        app.include_router(door.router)
    app.state.refusal_page = refusals.told
    app.add_exception_handler(EnterFirst, to_login)
