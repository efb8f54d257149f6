"""Which JSON-RPC methods pass, and what the embedded chain answers by itself.

A list of what passes, not of what does not: anvil knows dozens of ways to change a chain behind the journal
(anvil_*, evm_*, hardhat_*, tenderly_*, debug_setHead, eth_sendTransaction, eth_sendUnsignedTransaction, …)
and each version adds some.
"""

from typing import Final

import msgspec

from endogene_token.chain.node.producer import SEND
from endogene_token.errors import EndogeneError, MethodRefusedError

NODE_INFO: Final = "endogene_nodeInfo"
READS: Final = frozenset(
    {
        *("eth_accounts", "eth_blobBaseFee", "eth_blockNumber", "eth_call", "eth_chainId", "eth_coinbase"),
        *("eth_config", "eth_createAccessList", "eth_estimateGas", "eth_feeHistory", "eth_gasPrice"),
        *("eth_getAccount", "eth_getAccountInfo", "eth_getBalance", "eth_getBlockByHash"),
        *("eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getBlockTransactionCountByHash"),
        *("eth_getBlockTransactionCountByNumber", "eth_getCode", "eth_getFilterChanges"),
        *("eth_getFilterLogs", "eth_getHeaderByHash", "eth_getHeaderByNumber", "eth_getLogs"),
        *("eth_getProof", "eth_getRawTransactionByHash", "eth_getStorageAt", "eth_getTransactionByHash"),
        *("eth_getTransactionByBlockHashAndIndex", "eth_getTransactionByBlockNumberAndIndex"),
        *("eth_getTransactionBySenderAndNonce", "eth_getTransactionCount", "eth_getTransactionReceipt"),
        *("eth_maxPriorityFeePerGas", "eth_newBlockFilter", "eth_newFilter"),
        *("eth_newPendingTransactionFilter", "eth_protocolVersion", "eth_simulateV1", "eth_syncing"),
        *("eth_uninstallFilter", "net_listening", "net_peerCount", "net_version"),
        *("web3_clientVersion", "web3_sha3", "txpool_content", "txpool_inspect", "txpool_status"),
        *("debug_traceCall", "debug_traceTransaction", "debug_traceBlockByHash"),
        *("debug_traceBlockByNumber", "trace_block", "trace_filter", "trace_transaction"),
    }
)

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_REFUSED: Final = -32601
INVALID_PARAMS: Final = -32602
SERVER_ERROR: Final = -32000

NULL: Final = msgspec.Raw(b"null")


class Call(msgspec.Struct):
    """One JSON-RPC request, its id and parameters left unparsed."""

    method: str
    id: msgspec.Raw = NULL
    params: msgspec.Raw = msgspec.Raw(b"[]")


def result_answer(request_id: msgspec.Raw, result: object) -> msgspec.Raw:
    """Return a JSON-RPC answer that carries a result."""
    return msgspec.Raw(msgspec.json.encode({"jsonrpc": "2.0", "id": request_id, "result": result}))


def error_answer(request_id: msgspec.Raw, error: object) -> msgspec.Raw:
    """Return a JSON-RPC answer that carries an error, already of the shape that JSON-RPC wants."""
    return msgspec.Raw(msgspec.json.encode({"jsonrpc": "2.0", "id": request_id, "error": error}))


def error_body(code: int, error: EndogeneError, lang: str) -> dict[str, object]:
    """Return one of our errors as that of an answer: the sentence, and its parts under `data`."""
    return {"code": code, "message": error.render(lang), "data": error.as_dict(lang)}


def refusal(method: str, lang: str) -> dict[str, object]:
    """Return the error for a method that would go past the journal, or that is not known here."""
    return error_body(METHOD_REFUSED, MethodRefusedError(actual=method, limit=SEND), lang)
