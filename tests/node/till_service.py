"""A stand-in for the service: a real HTTP server on a free port that keeps the SDK's contract, in memory.

It is not the API of this project, whose own tests drive it with this SDK. It checks what the API checks
(signature by eth-account, merchant, sequence, the same batch again), and it can fail on purpose.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from endogene_token.errors import (
    AmountError,
    BadSignatureError,
    EndogeneError,
    SequenceError,
    SequenceTakenError,
    UnknownCardError,
    UnknownPhoneError,
    UnknownPurchaseError,
    WrongMerchantError,
)
from endogene_token.ids import PurchaseId, day_number
from endogene_token.receipts import (
    Batch,
    Domain,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    digest,
    typed_data,
)
from endogene_token.sdk import TillKey

DOMAIN = Domain(450_045, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
MERCHANT = 7
TILL = 3


@dataclass
class TillService:
    """What the service holds; tests read it, and set the ways in which it fails."""

    key: str
    domain: Domain = DOMAIN
    till: int = TILL
    next_sequence: int = 1
    items: dict[int, Purchase | Reversal] = field(default_factory=dict)
    digests: dict[int, bytes] = field(default_factory=dict)
    states: dict[int, dict[str, str]] = field(default_factory=dict)
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    date: datetime | None = None
    """What its clock says; None: it sends no Date."""
    timezone: str = "America/Toronto"
    livemode: bool = True
    rate_bps: int | None = 280
    buyers: dict[str, int | EndogeneError] = field(default_factory=dict)
    """By card or telephone number: the member, or why there is none."""
    broken: list[str] = field(default_factory=list)
    """What to do with the next requests: "unavailable", "busy", "lost" (do it, but cut the answer)."""
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def posts(self) -> list[bytes]:
        """Return the bodies of the batches received, in order."""
        return [body for method, path, body in self.requests if method == "POST" and path != "/v1/buyers"]

    def purchases(self) -> list[Purchase]:
        """Return the purchases held, in order of their sequences."""
        return [item for _, item in sorted(self.items.items()) if isinstance(item, Purchase)]

    def reversals(self) -> list[Reversal]:
        """Return the reversals held, in order of their sequences."""
        return [item for _, item in sorted(self.items.items()) if isinstance(item, Reversal)]

    def forget_from(self, sequence: int) -> None:
        """Lose what was accepted from this sequence on, as a service restored from an older copy has."""
        for kept in (self.items, self.digests, self.states):
            for lost in [one for one in kept if one >= sequence]:
                kept.pop(lost)
        self.next_sequence = sequence

    def answer(  # noqa: PLR0911 - one return a path
        self, method: str, path: str, body: bytes
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON for one request."""
        parts = path.strip("/").split("/")
        try:
            if method == "POST" and parts[1] == "buyers":
                return 200, self._buyer(json.loads(body))
            if method == "POST":
                return 202, self._accept(_batch(parts[1], json.loads(body)), json.loads(body)["signature"])
            if parts[1:] == ["community"]:
                chain = {"chain_id": self.domain.chain_id, "fund": self.domain.fund}
                rules = {"operations_bps": 500, "reserve_bps": 500}
                told = {"name": "Essai", "timezone": self.timezone, "livemode": self.livemode}
                return 200, {**chain, **told, "rules": rules}
            if parts[1] == "tills":
                return 200, {
                    "till": self.till,
                    "merchant": MERCHANT,
                    "key": self.key,
                    "next_sequence": self.next_sequence,
                    "rate_bps": self.rate_bps,
                }
            if parts[1] == "merchants":
                return 200, {"number": MERCHANT, "owed": "12"}
            return 200, self._state(parts[2])
        except EndogeneError as error:
            return _problem(error)

    def _accept(self, batch: Batch, signature: str) -> dict[str, Any]:
        if batch.merchant != MERCHANT:
            raise WrongMerchantError(actual=batch.merchant, limit=MERCHANT)
        signable = encode_typed_data(full_message=typed_data(batch, self.domain))
        signer = Account.recover_message(signable, signature=_long(bytes.fromhex(signature[2:])))
        if signer != self.key:
            raise BadSignatureError(actual=signer, limit=self.key)
        ids = [str(PurchaseId(batch.till, batch.first_sequence + place)) for place in range(len(batch.items))]
        found = digest(batch, self.domain)
        if self.digests.get(batch.first_sequence) != found:
            if batch.first_sequence < self.next_sequence:
                raise SequenceTakenError(
                    actual=batch.first_sequence, till=batch.till, limit=self.next_sequence
                )
            if batch.first_sequence > self.next_sequence:
                raise SequenceError(actual=batch.first_sequence, limit=self.next_sequence)
            self.digests[batch.first_sequence] = found
            self.items |= dict(enumerate(batch.items, batch.first_sequence))
            self.next_sequence = batch.last_sequence + 1
        return {"id": ids[0], "ids": ids, "status": "accepted"}

    def _buyer(self, given: dict[str, str]) -> dict[str, Any]:
        [(kind, text)] = given.items()
        missing = {"card": UnknownCardError, "phone": UnknownPhoneError}[kind]
        found = self.buyers.get(text, missing())
        if isinstance(found, EndogeneError):
            raise found
        return {"member": found}

    def _state(self, written: str) -> dict[str, Any]:
        sequence = PurchaseId.parse(written).sequence
        if sequence not in self.items:
            raise UnknownPurchaseError(actual=written)
        return {"id": written, "status": "accepted", "reason": None, **self.states.get(sequence, {})}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body leave apart, and would wait 40 ms for each other
    service: TillService

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name in the standard library
        """Keep the tests' output clean."""

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        service = self.service
        with service.lock:
            service.requests.append((method, self.path, body))
            service.headers.append({name.lower(): value for name, value in self.headers.items()})
            trouble = service.broken.pop(0) if service.broken else ""
            if trouble == "unavailable":
                status, told = 503, {"title": "stopping"}
            elif trouble == "busy":
                status, told = 429, {"title": "too many"}
            else:
                status, told = service.answer(method, self.path, body)
        if trouble == "lost":
            self.close_connection = True
            return
        text = json.dumps(told).encode()
        self.send_response_only(status)
        if service.date is not None:
            self.send_header("Date", format_datetime(service.date, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if trouble == "busy":
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def serving(key: TillKey, kind: type[TillService] = TillService, **fields: Any) -> Iterator[TillService]:
    """Serve one till's community until the end of the block."""
    service = kind(key.address, **fields)
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _batch(noun: str, told: dict[str, Any]) -> Batch:
    head = (told["till"], told["merchant"], told["first_sequence"])
    if noun == "purchases":
        return PurchaseBatch(*head, tuple(_purchase(item) for item in told["items"]))
    return ReversalBatch(*head, tuple(_reversal(item) for item in told["reversals"]))


def _amount(text: object) -> int:
    if not (isinstance(text, str) and text.isdigit()):
        raise AmountError(field="amount", actual=text, limit="digits")
    return int(text)


def _purchase(item: dict[str, Any]) -> Purchase:
    day = day_number(date.fromisoformat(item["day"]))
    return Purchase(item["member"], day, _amount(item["amount"]), bytes.fromhex(item["commitment"][2:]))


def _reversal(item: dict[str, Any]) -> Reversal:
    refunded = PurchaseId.parse(item["purchase_id"])
    return Reversal(
        refunded.till,
        refunded.sequence,
        _amount(item["amount"]),
        day_number(date.fromisoformat(item["day"])),
        bytes.fromhex(item["commitment"][2:]),
        purchase_batch=item["purchase_batch"],
    )


def _long(signature: bytes) -> bytes:
    """Return the signature of 65 bytes, which eth-account reads, for a compact one."""
    s = int.from_bytes(signature[32:])
    return signature[:32] + (s & (1 << 255) - 1).to_bytes(32) + bytes([27 + (s >> 255)])


def _problem(error: EndogeneError) -> tuple[int, dict[str, Any]]:
    params = {name: str(value) for name, value in error.params.items()}
    parts = error.as_dict("fr")
    kept = {name: parts[name] for name in ("code", "actual", "limit", "advice")}
    status = {UnknownPurchaseError: 404, SequenceError: 409, SequenceTakenError: 409}.get(type(error), 422)
    return status, {**params, "title": parts["what"], "status": status, **kept}
