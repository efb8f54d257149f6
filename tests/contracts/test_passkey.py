"""OpenZeppelin's verifier of passkeys, deployed as it is published, decides as our signer does."""

from collections.abc import Callable
from typing import Any

import pytest
import solcx
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_hash.auto import keccak

from endogene_token.ballots import AssemblyDomain, Ballot, Choice, digest
from endogene_token.chain.compiler import SETTINGS
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import Call
from endogene_token.chain.wallet import Wallet
from endogene_token.errors import ChallengeMismatchError, HolderUnverifiedError, SignatureMismatchError
from endogene_token.signers import Passkey, PasskeySigner, SoftwareAuthenticator
from endogene_token.signers.passkey import ORDER
from tests.unit.source_tree import ROOT

NAME = "ERC7913WebAuthnVerifier"
SOURCE = f"node_modules/@openzeppelin/contracts/utils/cryptography/verifiers/{NAME}.sol"
VERIFY = "verify(bytes,bytes32,bytes)"
ACCEPTED = keccak(VERIFY.encode())[:4]
REFUSED = b"\xff" * 4
LAYOUT = ("bytes32", "bytes32", "uint256", "uint256", "bytes", "bytes")
DOMAIN = AssemblyDomain(31_337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
BALLOT = Ballot(7, 42, Choice.FOR, 1, bytes(range(32)))
SIGNED = digest(BALLOT, DOMAIN)

Verify = Callable[[Passkey, bytes, bytes], bytes]


@pytest.fixture(scope="module")
def verifier(contracts_rpc: Rpc) -> str:
    """The address of the verifier, compiled from the package and deployed on the embedded chain."""
    request = {
        "language": "Solidity",
        "sources": {SOURCE: {"content": (ROOT / SOURCE).read_text("utf-8")}},
        "settings": {**SETTINGS, "outputSelection": {SOURCE: {NAME: ["evm.bytecode.object"]}}},
    }
    answer = solcx.compile_standard(request, solc_binary=str(ROOT / "scripts" / "solc.mjs"))
    bytecode = "0x" + answer["contracts"][SOURCE][NAME]["evm"]["bytecode"]["object"]
    wallet = Wallet(contracts_rpc, Account.create(), int(contracts_rpc.request("eth_chainId"), 16))
    return str(wallet.transact(Call(None, bytecode, 10_000_000)).contract)


@pytest.fixture(scope="module")
def verify(contracts_rpc: Rpc, verifier: str) -> Verify:
    """What the contract answers for a passkey, a digest and a signature."""

    def ask(passkey: Passkey, signed: bytes, signature: bytes) -> bytes:
        arguments = encode(["bytes", "bytes32", "bytes"], [passkey.key[20:], signed, signature])
        call = {"to": verifier, "data": "0x" + (ACCEPTED + arguments).hex()}
        return bytes.fromhex(contracts_rpc.request("eth_call", [call, "latest"])[2:])[:4]

    return ask


def changed(encoded: bytes, place: int, value: object) -> bytes:
    """Return the encoded assertion with another value in one of its six places."""
    values: list[Any] = list(decode(LAYOUT, encoded))
    values[place] = value
    return encode(LAYOUT, values)


@pytest.mark.parametrize("flags", [0x05, 0x0D, 0x1D], ids=["plain", "can be backed up", "backed up"])
def test_the_signature_of_a_passkey_is_taken(verify: Verify, verifier: str, flags: int) -> None:
    """The signer's 84 bytes and its encoding are what ERC-7913 and WebAuthn mean; both values of s occur."""
    authenticator = SoftwareAuthenticator("coop.example", flags=flags)
    passkey = authenticator.passkey(verifier)
    signer = PasskeySigner(passkey, authenticator)
    assert passkey.key[:20].hex() == verifier[2:].lower()
    for _ in range(6):
        assert verify(passkey, SIGNED, signer.sign(BALLOT, DOMAIN)) == ACCEPTED


def test_a_signature_of_another_message_or_key_is_refused_by_both(verify: Verify, verifier: str) -> None:
    """A ballot for one resolution is none for another, nor anybody else's."""
    authenticator = SoftwareAuthenticator()
    passkey = authenticator.passkey(verifier)
    signature = PasskeySigner(passkey, authenticator).sign(BALLOT, DOMAIN)
    other = SoftwareAuthenticator().passkey(verifier)
    assert verify(passkey, bytes(32), signature) == REFUSED
    assert verify(other, SIGNED, signature) == REFUSED
    with pytest.raises(ChallengeMismatchError):
        passkey.check(bytes(32), signature)
    with pytest.raises(SignatureMismatchError):
        other.check(SIGNED, signature)


def test_the_higher_s_is_refused_by_both(verify: Verify, verifier: str) -> None:
    """One assertion has one encoding: nobody else can make a second one of it."""
    authenticator = SoftwareAuthenticator()
    passkey = authenticator.passkey(verifier)
    signature = PasskeySigner(passkey, authenticator).sign(BALLOT, DOMAIN)
    higher = changed(signature, 1, (ORDER - int.from_bytes(signature[32:64])).to_bytes(32))
    assert verify(passkey, SIGNED, higher) == REFUSED
    with pytest.raises(SignatureMismatchError):
        passkey.check(SIGNED, higher)


@pytest.mark.parametrize("flags", [0x01, 0x04], ids=["not verified", "not present"])
def test_a_holder_who_was_not_verified_is_refused_by_both(verify: Verify, verifier: str, flags: int) -> None:
    """The flags are signed: the authenticator did sign these, and the contract asks for more."""
    authenticator = SoftwareAuthenticator(flags=flags)
    passkey = authenticator.passkey(verifier)
    assertion = authenticator.assertion(SIGNED)
    signature = unchecked(assertion.authenticator_data, assertion.client_data, assertion.signature)
    assert verify(passkey, SIGNED, signature) == REFUSED
    with pytest.raises(HolderUnverifiedError):
        passkey.check(SIGNED, signature)


def test_the_encoding_that_skips_our_checks_is_taken_when_the_flags_are_right(
    verify: Verify, verifier: str
) -> None:
    """The test above refuses for the flags alone."""
    authenticator = SoftwareAuthenticator()
    assertion = authenticator.assertion(SIGNED)
    signature = unchecked(assertion.authenticator_data, assertion.client_data, assertion.signature)
    assert verify(authenticator.passkey(verifier), SIGNED, signature) == ACCEPTED


def unchecked(data: bytes, client: bytes, der: bytes) -> bytes:
    """Return the encoding of an assertion, whatever it claims."""
    r_length = der[3]
    r, s = (int.from_bytes(part) for part in (der[4 : 4 + r_length], der[6 + r_length :]))
    places = (client.index(b'"challenge"'), client.index(b'"type"'))
    return encode(LAYOUT, [r.to_bytes(32), min(s, ORDER - s).to_bytes(32), *places, data, client])
