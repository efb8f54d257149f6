"""How many requests are worked on at once: as many as there are connections to the database for."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import services

STARTED: Final = "http.response.start"


class Turns:
    """Lets a request in when it is its turn; the turn ends where its answer begins.

    Without this, a hundred requests could each hold a connection and wait for another one, or for a thread
    that somebody holds who waits for a connection. Who is slow to take its answer holds up nobody: by then
    the work is done, and what it read is closed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, in its turn."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        turns, turn = services(Request(scope)).turns, object()
        await turns.acquire_on_behalf_of(turn)
        is_held = True

        def end() -> None:
            nonlocal is_held
            if is_held:
                turns.release_on_behalf_of(turn)
            is_held = False

        async def told(message: Message) -> None:
            if message["type"] == STARTED:
                end()
            await send(message)

        try:
            await self.app(scope, receive, told)
        finally:
            end()
