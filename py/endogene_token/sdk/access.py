"""The header that proves who asks for his or her own summary: an EIP-712 signature of the request."""

from typing import Final

from eth_hash.auto import keccak

from endogene_token.bounds import MAX_UINT64, check_range
from endogene_token.receipts import Domain
from endogene_token.sdk.keys import TillKey
from endogene_token.typed_data import signing_hash

SCHEME: Final = "Endogene"
_ACCESS_TYPE: Final = keccak(b"Access(string method,string path,uint64 created)")
_CHANGE_TYPE: Final = keccak(b"Change(string method,string path,bytes32 body,uint64 created)")


def access_digest(
    domain: Domain, method: str, path: str, created: int, body_hash: bytes | None = None
) -> bytes:
    """Return the 32 bytes signed for one request: the EIP-712 hash of `Access` in the fund's domain.

    `path` is that of the request, without host or query; `created` in seconds since 1970 (UTC). With the
    keccak hash of its body it is that of `Change`: what changes something is signed whole.
    """
    check_range("created", created, MAX_UINT64)
    fields = keccak(method.encode()) + keccak(path.encode())
    if body_hash is None:
        return signing_hash(domain, _ACCESS_TYPE + fields + created.to_bytes(32))
    return signing_hash(domain, _CHANGE_TYPE + fields + body_hash + created.to_bytes(32))


def authorization(
    key: TillKey, domain: Domain, method: str, path: str, created: int, *, body: bytes | None = None
) -> str:
    """Return the value of the header `Authorization` for this request; the service takes it for 5 minutes.

    `body`: of a request that changes something, as it is sent; empty where there is none.
    """
    body_hash = None if body is None else keccak(body)
    signature = key.sign_digest(access_digest(domain, method, path, created, body_hash)).hex()
    told = "" if body_hash is None else f'body="0x{body_hash.hex()}", '
    return f'{SCHEME} address="{key.address}", created="{created}", {told}signature="0x{signature}"'
