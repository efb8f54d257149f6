"""The till's key: kept where nobody else reads it, and what it signs is what everybody else checks."""

import json
import os
import stat
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from endogene_token.errors import (
    EndogeneError,
    KeyExistsError,
    KeyExposedError,
    KeyFormatError,
    KeyMissingError,
    KeyPasswordError,
)
from endogene_token.receipts import (
    Batch,
    Domain,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    typed_data,
)
from endogene_token.sdk import TillKey, authorization

DOMAIN = Domain(450_045, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
# the example key of eth-account's documentation, which protects nothing
SECRET = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"  # noqa: S105
ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"
BATCHES: list[Batch] = [
    PurchaseBatch(3, 7, first, (Purchase(4, 20_000, 100, bytes(16)),)) for first in range(1, 9)
]
BATCHES.append(ReversalBatch(3, 7, 9, (Reversal(3, 1, 50, 20_001, bytes(16), purchase_batch=1),)))


def expanded(compact: bytes) -> bytes:
    """Return the 65 bytes that eth-account reads, from a compact signature."""
    s = int.from_bytes(compact[32:])
    return compact[:32] + (s & (1 << 255) - 1).to_bytes(32) + bytes([27 + (s >> 255)])


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: str(batch.first_sequence))
def test_a_signed_batch_is_recovered_by_the_tools_of_the_field(batch: Batch) -> None:
    """eth-account, from its own encoding of the typed data, finds the till's address."""
    signature = TillKey(bytes.fromhex(SECRET)).sign(batch, DOMAIN)
    assert len(signature) == 64
    signable = encode_typed_data(full_message=typed_data(batch, DOMAIN))
    assert Account.recover_message(signable, signature=expanded(signature)) == ADDRESS


def test_both_parities_occur() -> None:
    """Were the parity bit dropped, the test above would fail for half of these batches."""
    signed = [TillKey(bytes.fromhex(SECRET)).sign(batch, DOMAIN) for batch in BATCHES]
    assert {signature[32] >> 7 for signature in signed} == {0, 1}


def test_the_access_header_is_recovered_from_its_typed_data() -> None:
    """The service reads it as `Access(string method,string path,uint64 created)` in the fund's domain."""
    header = authorization(TillKey(bytes.fromhex(SECRET)), DOMAIN, "GET", "/v1/merchants/7", 1_800_000_000)
    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=") for part in rest.split(", "))
    assert (scheme, parts["address"], parts["created"]) == ("Endogene", f'"{ADDRESS}"', '"1800000000"')
    fields = [("method", "string"), ("path", "string"), ("created", "uint64")]
    signable = encode_typed_data(
        {"name": "Endogene", "version": "1", "chainId": DOMAIN.chain_id, "verifyingContract": DOMAIN.fund},
        {"Access": [{"name": name, "type": kind} for name, kind in fields]},
        {"method": "GET", "path": "/v1/merchants/7", "created": 1_800_000_000},
    )
    signature = bytes.fromhex(parts["signature"].strip('"')[2:])
    assert Account.recover_message(signable, signature=expanded(signature)) == ADDRESS


@pytest.mark.parametrize("password", [None, "sésame"])
def test_a_saved_key_is_read_again_and_only_its_owner_may_read_it(
    tmp_path: Path, password: str | None
) -> None:
    """Plain or encrypted, the file has mode 0600 from its first byte on."""
    key = TillKey.generate()
    path = tmp_path / "till.key"
    key.save(path, password)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TillKey.from_file(path, password).address == key.address


def test_a_saved_key_is_never_overwritten(tmp_path: Path) -> None:
    """The key of a till in service cannot be lost to a slip."""
    path = tmp_path / "till.key"
    TillKey.generate().save(path)
    before = path.read_bytes()
    with pytest.raises(KeyExistsError):
        TillKey.generate().save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [SECRET, "0x" + SECRET, SECRET.upper(), f"  {SECRET}\n"])
def test_a_key_is_read_from_hexadecimal_digits(tmp_path: Path, text: str) -> None:
    """As other tools write it."""
    path = tmp_path / "till.key"
    path.write_text(text)
    path.chmod(0o600)
    assert TillKey.from_file(path).address == ADDRESS
    assert TillKey.from_environment(environ={"ENDOGENE_TILL_KEY": text}).address == ADDRESS


@pytest.mark.parametrize(
    "text",
    ["", "0x", SECRET[:-1], SECRET + "0", "z" * 64, "0" * 64, "f" * 64, "{", "{}", '{"crypto": {}}', "é"],
)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    """Zero, and numbers past the order of the curve, are no keys either."""
    path = tmp_path / "till.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyFormatError):
        TillKey.from_file(path, "any password")


def test_a_keystore_needs_its_password(tmp_path: Path) -> None:
    """Without it, or with another one, the answer is the same clear one."""
    path = tmp_path / "till.key"
    TillKey.generate().save(path, "right")
    for password in (None, "wrong"):
        with pytest.raises(KeyPasswordError):
            TillKey.from_file(path, password)
    assert SECRET not in json.dumps(json.loads(path.read_text()))


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX systems")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A key read by others signs purchases that nobody made."""
    path = tmp_path / "till.key"
    path.write_text(SECRET)
    path.chmod(mode)
    with pytest.raises(KeyExposedError) as refused:
        TillKey.from_file(path)
    assert (refused.value.actual, refused.value.limit) == (oct(mode), "0o600")


def test_a_missing_key_is_told_with_its_place(tmp_path: Path) -> None:
    """A file, a folder and a variable are told by name."""
    with pytest.raises(KeyMissingError, match="nowhere"):
        TillKey.from_file(tmp_path / "nowhere")
    with pytest.raises(KeyMissingError, match="ENDOGENE_TILL_KEY"):
        TillKey.from_environment(environ={})
    with pytest.raises(KeyMissingError, match="no-folder"):
        TillKey.generate().save(tmp_path / "no-folder" / "till.key")


def test_neither_a_shown_key_nor_an_error_tells_the_secret(tmp_path: Path) -> None:
    """Logs and tracebacks travel."""
    path = tmp_path / "till.key"
    path.write_text(SECRET + "0")
    path.chmod(0o600)
    with pytest.raises(EndogeneError) as refused:
        TillKey.from_file(path)
    shown = [repr(TillKey(bytes.fromhex(SECRET))), str(refused.value), repr(refused.value)]
    assert [text for text in shown if SECRET in text] == []
    assert refused.value.__cause__ is None
