"""Signed transactions out, receipts back. Gas is free on a community's chain: only its limit is set."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_account.signers.local import LocalAccount

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import Call
from endogene_token.errors import LedgerRefusal, NodeAnswerError, UnconfirmedError, UnknownRefusalError
from endogene_token.hexes import to_hex

PATIENCE: Final = 60.0  # seconds that a transaction may take to be in a block
FIRST_PAUSE: Final = 0.01  # seconds before asking for a receipt again; then half as long again each time
LONGEST_PAUSE: Final = 0.5  # seconds
# How nodes say that they hold this very transaction already, which is what was wanted.
_KNOWN: Final = ("already known", "already imported", "known transaction")

TxHash = str
"""0x and 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that succeeded, and the logs that it left, as the node writes them."""

    transaction: TxHash
    block: int
    block_hash: str
    gas_used: int
    contract: str | None
    """The address that it deployed."""
    logs: tuple[dict[str, Any], ...]


class Wallet:
    """An account that sends to one chain. Safe for several threads; keeps no nonce of its own."""

    def __init__(self, rpc: Rpc, account: LocalAccount, chain_id: int) -> None:
        self.account = account
        self._rpc = rpc
        self._chain_id = chain_id
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """The account's address."""
        return str(self.account.address)

    def next_nonce(self) -> int:
        """Return the nonce after those of the transactions that the node holds, mined or not."""
        return int(self._rpc.request("eth_getTransactionCount", [self.address, "pending"]), 16)

    def send(self, calls: Sequence[Call], nonce: int | None = None) -> list[TxHash]:
        """Sign `calls` with consecutive nonces, from `nonce` or the next one on, and send them in one batch.

        Returns when the node holds them; they may still be refused when executed. A transaction that the node
        holds already counts as sent. Raises NodeUnavailableError, and NodeAnswerError when the node refuses
        one (its nonce is taken, say): those before it are sent.
        """
        with self._lock:
            first = self.next_nonce() if nonce is None else nonce
            signed = [self._sign(call, first + i) for i, call in enumerate(calls)]
            answers = self._rpc.attempts([("eth_sendRawTransaction", [raw]) for _, raw in signed])
        for answer in answers:
            if isinstance(answer, NodeAnswerError) and any(
                one in str(answer.actual).lower() for one in _KNOWN
            ):
                continue
            if isinstance(answer, Exception):
                raise answer
        return [transaction for transaction, _ in signed]

    def wait(self, transactions: Sequence[TxHash], timeout: float = PATIENCE) -> list[Receipt]:
        """Return the receipts of `transactions`, once all are in blocks.

        Raises the LedgerRefusal of the first that was refused, and UnconfirmedError after `timeout` seconds.
        """
        found = []
        for outcome in self.outcomes(transactions, timeout):
            if isinstance(outcome, LedgerRefusal):
                raise outcome
            found.append(outcome)
        return found

    def outcomes(
        self, transactions: Sequence[TxHash], timeout: float = PATIENCE
    ) -> list[Receipt | LedgerRefusal]:
        """Return for each of `transactions` its receipt, or as a value the refusal that it met.

        Raises UnconfirmedError when after `timeout` seconds one is not in a block.
        """
        found: dict[TxHash, Any] = {}
        deadline, pause = time.monotonic() + timeout, FIRST_PAUSE
        while True:
            missing = [one for one in dict.fromkeys(transactions) if one not in found]
            answers = self._rpc.requests([("eth_getTransactionReceipt", [one]) for one in missing])
            found |= {one: answer for one, answer in zip(missing, answers, strict=True) if answer}
            if len(found) == len(set(transactions)):
                return [self._outcome(found[one]) for one in transactions]
            if time.monotonic() > deadline:
                lost = next(one for one in transactions if one not in found)
                raise UnconfirmedError(actual=lost, limit=round(timeout))
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def transact(self, call: Call, timeout: float = PATIENCE) -> Receipt:
        """Send one call and return its receipt. Raises what `send` and `wait` raise."""
        return self.wait(self.send([call]), timeout)[0]

    def simulate(self, call: Call, block: str = "latest") -> str:
        """Return what `call` from this account would answer now, in hexadecimal, and send nothing.

        `block` "pending": by the clock of the next block, where the node has one; the last one may be old.
        Raises the LedgerRefusal that it would meet.
        """
        request = {"from": self.address, "to": call.to, "data": call.data, "gas": hex(call.gas)}
        return str(self._rpc.request("eth_call", [request, block]))

    def _sign(self, call: Call, nonce: int) -> tuple[TxHash, str]:
        fields: dict[str, Any] = {
            "nonce": nonce,
            "gas": call.gas,
            "gasPrice": 0,
            "value": 0,
            "data": call.data,
            "chainId": self._chain_id,
            # A deployment goes to nobody: eth-account takes an empty address for that.
            "to": call.to or b"",
        }
        signed = self.account.sign_transaction(fields)
        return to_hex(signed.hash), to_hex(signed.raw_transaction)

    def _outcome(self, raw: dict[str, Any]) -> Receipt | LedgerRefusal:
        if int(raw["status"], 16) == 0:
            return self._refusal(raw)
        return Receipt(
            transaction=raw["transactionHash"],
            block=int(raw["blockNumber"], 16),
            block_hash=raw["blockHash"],
            gas_used=int(raw["gasUsed"], 16),
            contract=raw.get("contractAddress"),
            logs=tuple(raw["logs"]),
        )

    def _refusal(self, raw: dict[str, Any]) -> LedgerRefusal:
        """Find why a transaction failed: a receipt does not tell, so it is called again where it stood."""
        sent = self._rpc.request("eth_getTransactionByHash", [raw["transactionHash"]])
        request = {name: sent[name] for name in ("from", "to", "gas")} | {"data": sent["input"]}
        block = int(raw["blockNumber"], 16)
        # After its block, since what precedes it there may be the cause; else before, if its block cured it.
        for number in (block, block - 1):
            [answer] = self._rpc.attempts([("eth_call", [request, hex(number)])])
            if isinstance(answer, LedgerRefusal):
                return answer
        return UnknownRefusalError(actual=raw["transactionHash"])
