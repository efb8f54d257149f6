"""The JSON-RPC endpoint of the embedded chain: the only way to write to it.

Reads go to anvil and come back as raw bytes, unparsed however long. `eth_sendRawTransaction` goes through
the journal. Everything else is refused.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from itertools import groupby
from typing import Final

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from endogene_token.chain.node import methods
from endogene_token.chain.node.collector import Collector
from endogene_token.chain.node.methods import Call, error_answer, error_body, result_answer
from endogene_token.chain.node.producer import SEND
from endogene_token.chain.node.records import NodeInfo
from endogene_token.chain.node.rpc import Answer
from endogene_token.chain.node.transaction import foreign_chain, raw_transaction
from endogene_token.errors import EndogeneError, ForeignTransactionError, NodeUnavailableError

MEDIA_TYPE: Final = "application/json"
READ_TIMEOUT: Final = 600.0  # seconds that anvil may take over one read
_REQUESTS: Final = msgspec.json.Decoder(Call | list[Call])


class Endpoint:
    """The handlers of one node: `upstream` is anvil's address, `info` tells the state of the journal."""

    def __init__(self, upstream: str, collector: Collector, info: Callable[[], NodeInfo], lang: str) -> None:
        self._collector = collector
        self._info = info
        self._lang = lang
        self._upstream = upstream
        self._client = httpx.AsyncClient(base_url=upstream, timeout=READ_TIMEOUT, trust_env=False)

    def app(self) -> Starlette:
        """Return the application. Only requests addressed to this machine pass, so that no web page of a
        browser that runs here reaches the chain through a name of its own."""
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        return Starlette(
            routes=[Route("/", self.health, methods=["GET"]), Route("/", self.rpc, methods=["POST"])],
            middleware=[hosts],
        )

    async def close(self) -> None:
        """Close the connections to anvil."""
        await self._client.aclose()

    async def health(self, _: Request) -> Response:
        """Answer the state of the journal, for health checks."""
        return _json(msgspec.json.encode(self._info()))

    async def rpc(self, request: Request) -> Response:
        """Answer one JSON-RPC request, or a batch of them in its order."""
        body = await request.body()
        try:
            decoded = _REQUESTS.decode(body)
        except msgspec.ValidationError as error:
            return _invalid(methods.INVALID_REQUEST, str(error))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _invalid(methods.PARSE_ERROR, str(error))
        calls = decoded if isinstance(decoded, list) else [decoded]
        if not calls:
            return _invalid(methods.INVALID_REQUEST, "empty batch")
        if all(call.method in methods.READS for call in calls):
            return await self._pass_through(body)
        answers = [answer async for answer in self._answers(calls)]
        return _json(msgspec.json.encode(answers if isinstance(decoded, list) else answers[0]))

    async def _pass_through(self, body: bytes) -> Response:
        request = self._client.build_request(
            "POST", "/", content=body, headers={"content-type": MEDIA_TYPE, "accept-encoding": "identity"}
        )
        try:
            answer = await self._client.send(request, stream=True)
        except httpx.TransportError:
            return _json(error_answer(methods.NULL, self._unreachable()))
        return StreamingResponse(
            answer.aiter_raw(),
            status_code=answer.status_code,
            media_type=MEDIA_TYPE,
            background=BackgroundTask(answer.aclose),
        )

    async def _answers(self, calls: Sequence[Call]) -> AsyncIterator[msgspec.Raw]:
        for sending, run in groupby(calls, key=lambda call: call.method == SEND):
            if sending:
                for answer in await self._send(list(run)):
                    yield answer
            else:
                for call in run:
                    yield await self._read(call)

    async def _read(self, call: Call) -> msgspec.Raw:
        if call.method == methods.NODE_INFO:
            return result_answer(call.id, self._info())
        if call.method not in methods.READS:
            return error_answer(call.id, methods.refusal(call.method, self._lang))
        request = {"jsonrpc": "2.0", "id": call.id, "method": call.method, "params": call.params}
        try:
            answer = await self._client.post(
                "/", content=msgspec.json.encode(request), headers={"content-type": MEDIA_TYPE}
            )
        except httpx.TransportError:
            return error_answer(call.id, self._unreachable())
        return msgspec.Raw(answer.content)

    async def _send(self, calls: Sequence[Call]) -> list[msgspec.Raw]:
        checked = [self._checked(call) for call in calls]
        wanted = [raw for raw in checked if isinstance(raw, str)]
        try:
            taken = iter(await self._collector.send(wanted) if wanted else ())
        except EndogeneError as error:
            body = error_body(methods.SERVER_ERROR, error, self._lang)
            return [error_answer(call.id, body) for call in calls]
        return [
            _sent(call, next(taken)) if isinstance(raw, str) else error_answer(call.id, raw)
            for call, raw in zip(calls, checked, strict=True)
        ]

    def _checked(self, call: Call) -> str | dict[str, object]:
        raw = raw_transaction(call.params)
        if raw is None:
            message = f"{SEND}: params must be [0x…], one signed transaction in hexadecimal"
            return {"code": methods.INVALID_PARAMS, "message": message}
        own = self._info().chain_id
        signed_for = foreign_chain(raw, own)
        if signed_for is None:
            return raw
        return error_body(
            methods.SERVER_ERROR, ForeignTransactionError(actual=signed_for, limit=own), self._lang
        )

    def _unreachable(self) -> dict[str, object]:
        error = NodeUnavailableError(actual=self._upstream)
        return error_body(methods.SERVER_ERROR, error, self._lang)


def _sent(call: Call, answer: Answer) -> msgspec.Raw:
    return error_answer(call.id, answer.error) if answer.error else result_answer(call.id, answer.result)


def _invalid(code: int, message: str) -> Response:
    return _json(error_answer(methods.NULL, {"code": code, "message": message}))


def _json(content: bytes | msgspec.Raw) -> Response:
    return Response(bytes(content), media_type=MEDIA_TYPE)
