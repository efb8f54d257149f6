"""Asking the service: again and again as the policy says, and its problems turned into errors."""

import itertools
from dataclasses import replace

from endogene_token.errors import ServiceUnavailableError
from endogene_token.sdk.effects import Flow, NoReply, Pause, Reply, Request
from endogene_token.sdk.problems import problem
from endogene_token.sdk.retries import Retries


def ask(request: Request, retries: Retries, api_url: str) -> Flow[Reply]:
    """Send `request`. Raises ServiceUnavailableError, and the error that the service tells."""
    return heeded((yield from answered(request, retries, api_url)))


def answered(request: Request, retries: Retries, api_url: str) -> Flow[Reply]:
    """Send `request`; return the answer, of any status. Raises ServiceUnavailableError."""
    if retries.timeout_seconds is not None:
        request = replace(request, timeout_seconds=retries.timeout_seconds)
    for attempt in itertools.count(1):
        reply: Reply | NoReply = yield request
        if not retries.again(attempt, reply):
            break
        yield Pause(retries.wait_seconds(attempt, reply))
    if isinstance(reply, NoReply):
        raise ServiceUnavailableError(actual=api_url)
    return reply


def heeded(reply: Reply) -> Reply:
    """Return an answer that is none of a problem. Raises the error that the service tells."""
    if reply.status >= 400:
        raise problem(reply)
    return reply
