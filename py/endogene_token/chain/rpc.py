"""JSON-RPC to the nodes of a community: one at a time, the next one when it does not answer."""

import threading
from collections.abc import Sequence
from typing import Any, Final, Self

import httpx
import msgspec

from endogene_token.chain.reverts import refusal
from endogene_token.errors import EndogeneError, NodeAnswerError, NodeUnavailableError, SettingError
from endogene_token.hexes import from_hex

TIMEOUT: Final = 30.0  # seconds
RpcCall = tuple[str, Sequence[object]]
"""A method and its parameters."""


class _Failure(msgspec.Struct):
    """The `error` of an answer; `data` is a revert's bytes in hexadecimal, or whatever the node adds."""

    message: str = ""
    data: Any = None


class _Answer(msgspec.Struct):
    id: int | None = None
    result: Any = msgspec.UNSET
    error: _Failure | None = None


_ANSWERS: Final = msgspec.json.Decoder(_Answer | list[_Answer])


class Rpc:
    """Calls to the nodes at `urls`, in order of preference. Safe for several threads. A context manager.

    The node that answered last is asked first; when the connection to it fails, the next one is. A request
    may thus reach two nodes: harmless, since a signed transaction counts once.
    """

    def __init__(self, urls: Sequence[str], timeout: float = TIMEOUT) -> None:
        """Keep `timeout` (seconds, for each node). Nothing is sent yet. Raises SettingError without a URL."""
        if not urls:
            raise SettingError(field="rpc_urls", actual="", limit="http://127.0.0.1:8545")
        self.urls = tuple(urls)
        self._answering = 0
        self._lock = threading.Lock()
        # No proxy of the environment: nodes stand on the community's own network.
        self._client = httpx.Client(
            timeout=timeout, trust_env=False, headers={"content-type": "application/json"}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(self, method: str, params: Sequence[object] = ()) -> Any:
        """Return the result of one call.

        Raises NodeUnavailableError, NodeAnswerError, and for a revert the LedgerRefusal that it tells.
        """
        answer = self._decoded(self.request_raw(method, params), method)
        if not isinstance(answer, _Answer):
            raise NodeAnswerError(actual=f"{method}: {answer}")
        return _result(answer, method)

    def requests(self, calls: Sequence[RpcCall]) -> list[Any]:
        """Return the results of `calls`, made in one JSON-RPC batch, in their order.

        Raises what `request` raises, for the first call that has no result.
        """
        results = self.attempts(calls)
        for result in results:
            if isinstance(result, EndogeneError):
                raise result
        return results

    def attempts(self, calls: Sequence[RpcCall]) -> list[Any]:
        """Return for each of `calls` its result, or as a value the error that `request` would raise.

        Raises NodeUnavailableError, and NodeAnswerError for an answer that is none to this batch.
        """
        if not calls:
            return []
        bodies = [_body(method, params, number) for number, (method, params) in enumerate(calls)]
        name = calls[0][0]
        answers = self._decoded(self._post(msgspec.json.encode(bodies)), name)
        if isinstance(answers, _Answer):  # a node that takes no batches answers once, with an error
            return [_result(answers, name)]
        by_number = {answer.id: answer for answer in answers}
        if len(by_number) != len(calls) or not all(number in by_number for number in range(len(calls))):
            raise NodeAnswerError(actual=f"{name}: {len(by_number)} / {len(calls)}")
        return [_attempt(by_number[number], method) for number, (method, _) in enumerate(calls)]

    def request_raw(self, method: str, params: Sequence[object] = ()) -> bytes:
        """Return the node's whole answer to one call, unparsed. Raises NodeUnavailableError."""
        return self._post(msgspec.json.encode(_body(method, params, 0)))

    def _post(self, content: bytes) -> bytes:
        first, failure = self._answering, None
        for turn in range(len(self.urls)):
            number = (first + turn) % len(self.urls)
            try:
                response = self._client.post(self.urls[number], content=content)
                # A proxy without its node is no answer; some nodes give their errors with a status of 400.
                if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    with self._lock:
                        self._answering = number
                    return response.content
            except httpx.TransportError as error:
                failure = error
        raise NodeUnavailableError(actual=", ".join(self.urls)) from failure

    def _decoded(self, content: bytes, method: str) -> _Answer | list[_Answer]:
        try:
            answers: _Answer | list[_Answer] = _ANSWERS.decode(content)
        except msgspec.DecodeError as error:
            raise NodeAnswerError(actual=f"{method}: {content[:80]!r}") from error
        return answers


def _body(method: str, params: Sequence[object], number: int) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def _attempt(answer: _Answer, method: str) -> Any:
    try:
        return _result(answer, method)
    except EndogeneError as error:
        return error


def _result(answer: _Answer, method: str) -> Any:
    failure = answer.error
    if failure is None and answer.result is msgspec.UNSET:  # JSON, but not JSON-RPC: a wrong address
        raise NodeAnswerError(actual=f"{method}: {msgspec.json.encode(answer).decode()}")
    if failure is None:
        return answer.result
    reverted = _revert_data(failure)
    if reverted is None:
        raise NodeAnswerError(actual=f"{method}: {failure.message}")
    raise refusal(reverted)


def _revert_data(failure: _Failure) -> bytes | None:
    """Return the bytes of the revert that `failure` tells, or None when it is no revert."""
    data = failure.data
    if not isinstance(data, str) or not data.startswith("0x") or "revert" not in failure.message.lower():
        return None
    try:
        return from_hex(data)
    except ValueError:
        return None
