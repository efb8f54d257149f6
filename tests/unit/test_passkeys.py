"""Passkeys: a browser's answer becomes what the contract takes, or is refused with its reason."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from Crypto.Util.asn1 import DerSequence
from eth_abi.abi import decode, encode

from endogene_token.ballots import AssemblyDomain, Ballot, Choice, digest
from endogene_token.errors import (
    AddressError,
    AssertionShapeError,
    ChallengeMismatchError,
    EndogeneError,
    HolderUnverifiedError,
    KeyFormatError,
    LengthError,
    SignatureMismatchError,
)
from endogene_token.signers import Passkey, PasskeySigner, SoftwareAuthenticator, check_signature
from endogene_token.signers.passkey import ORDER

DOMAIN = AssemblyDomain(31_337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
BALLOT = Ballot(7, 42, Choice.AGAINST, 3, bytes(range(32)))
VERIFIER = "0x" + "ab" * 20
CHALLENGE = bytes(range(32))


def test_the_key_of_a_passkey_is_its_verifier_then_its_point() -> None:
    """ERC-7913, as the register holds it; and it is read back."""
    authenticator = SoftwareAuthenticator()
    point = ECC.import_key(authenticator.public_key).pointQ
    passkey = authenticator.passkey(VERIFIER)
    assert passkey.key == b"\xab" * 20 + int(point.x).to_bytes(32) + int(point.y).to_bytes(32)
    assert Passkey.from_key(passkey.key).key == passkey.key


def test_a_passkey_that_cannot_be_is_refused() -> None:
    """No point of the curve, no curve P-256, no address, no 84 bytes: what could never vote is not kept."""
    spki = SoftwareAuthenticator().public_key
    other_curve = ECC.generate(curve="P-384").public_key().export_key(format="DER")
    cases: list[tuple[Callable[[], Passkey], type[EndogeneError]]] = [
        (lambda: Passkey(VERIFIER, 0, 0), KeyFormatError),
        (lambda: Passkey(VERIFIER, 1, 2), KeyFormatError),
        (lambda: Passkey(VERIFIER, 2**256, 2), KeyFormatError),
        (lambda: Passkey.from_registration(VERIFIER, spki[:-1]), KeyFormatError),
        (lambda: Passkey.from_registration(VERIFIER, bytes(other_curve)), KeyFormatError),
        (lambda: Passkey.from_registration("0x", spki), AddressError),
        (lambda: Passkey.from_key(bytes(83)), LengthError),
    ]
    for refused, error in cases:
        with pytest.raises(error):
            refused()


def test_an_assertion_with_the_higher_s_is_turned_into_the_lower_one() -> None:
    """Half of all security keys' answers would be refused by the contract."""
    authenticator = SoftwareAuthenticator()
    passkey = authenticator.passkey(VERIFIER)
    assertion = authenticator.assertion(CHALLENGE)
    pair: Any = DerSequence().decode(assertion.signature)
    other = replace(assertion, signature=DerSequence([pair[0], ORDER - pair[1]]).encode())
    encoded = passkey.encode(assertion, CHALLENGE)
    assert passkey.encode(other, CHALLENGE) == encoded
    assert int.from_bytes(encoded[32:64]) <= ORDER // 2


def test_the_places_told_are_those_of_the_type_and_the_challenge() -> None:
    """Counted in bytes: a name with accents before them moves them."""
    authenticator = SoftwareAuthenticator("coopérative.example")
    passkey = authenticator.passkey(VERIFIER)
    encoded = passkey.encode(authenticator.assertion(CHALLENGE), CHALLENGE)
    _, _, challenge, kind, _, client = decode(
        ["bytes32", "bytes32", "uint256", "uint256", "bytes", "bytes"], encoded
    )
    assert client[kind:].startswith(b'"type":"webauthn.get"')
    assert client[challenge:].startswith(b'"challenge":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"')


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (0x00, HolderUnverifiedError),
        (0x01, HolderUnverifiedError),
        (0x04, HolderUnverifiedError),
        (0x15, AssertionShapeError),
    ],
    ids=["nobody", "not verified", "not present", "backed up, which it cannot be"],
)
def test_a_holder_who_was_not_verified_has_not_signed(flags: int, error: type[EndogeneError]) -> None:
    """A found security key does not vote: the contract asks for the flags UP and UV."""
    authenticator = SoftwareAuthenticator(flags=flags)
    with pytest.raises(error):
        PasskeySigner(authenticator.passkey(VERIFIER), authenticator).sign(BALLOT, DOMAIN)


@pytest.mark.parametrize("flags", [0x05, 0x0D, 0x1D], ids=["plain", "can be backed up", "backed up"])
def test_a_passkey_kept_in_a_cloud_signs_as_well(flags: int) -> None:
    """Most members' phones back their passkeys up."""
    authenticator = SoftwareAuthenticator(flags=flags)
    signer = PasskeySigner(authenticator.passkey(VERIFIER), authenticator)
    check_signature(signer.key, digest(BALLOT, DOMAIN), signer.sign(BALLOT, DOMAIN))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"authenticator_data": bytes(36)}, AssertionShapeError),
        ({"client_data": b"{}"}, AssertionShapeError),
        ({"client_data": b'{"type":"webauthn.create"}'}, AssertionShapeError),
        ({"client_data": b'{"type":"webauthn.get"}'}, ChallengeMismatchError),
        ({"client_data": b'{"type":"webauthn.get","challenge":"\xe9"}'}, ChallengeMismatchError),
        ({"signature": b""}, AssertionShapeError),
        ({"signature": DerSequence([0, 1]).encode()}, AssertionShapeError),
        ({"signature": DerSequence([1, ORDER]).encode()}, AssertionShapeError),
        ({"signature": DerSequence([1, 1]).encode()}, SignatureMismatchError),
    ],
)
def test_an_assertion_changed_anywhere_is_refused(
    changes: dict[str, Any], error: type[EndogeneError]
) -> None:
    """A browser's answer is a stranger's input."""
    authenticator = SoftwareAuthenticator()
    assertion = replace(authenticator.assertion(CHALLENGE), **changes)
    with pytest.raises(error):
        authenticator.passkey(VERIFIER).encode(assertion, CHALLENGE)


def test_an_assertion_for_another_message_is_refused_with_both_challenges() -> None:
    """An old answer cannot be used again."""
    authenticator = SoftwareAuthenticator()
    with pytest.raises(ChallengeMismatchError, match="AAEC"):
        authenticator.passkey(VERIFIER).encode(authenticator.assertion(CHALLENGE), bytes(32))


def test_an_encoded_assertion_changed_anywhere_is_refused() -> None:
    """What a relay would send is checked by the rules of the contract."""
    authenticator = SoftwareAuthenticator()
    passkey = authenticator.passkey(VERIFIER)
    encoded = passkey.encode(authenticator.assertion(CHALLENGE), CHALLENGE)
    layout = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "bytes"]
    values = list(decode(layout, encoded))
    check_signature(passkey.key, CHALLENGE, encoded)
    for place, other, error in (
        (0, bytes(32), SignatureMismatchError),
        (1, (ORDER - int.from_bytes(values[1])).to_bytes(32), SignatureMismatchError),
        (2, values[2] + 1, ChallengeMismatchError),
        (3, values[3] + 1, AssertionShapeError),
        (4, values[4][:32] + b"\x01" + values[4][33:], HolderUnverifiedError),
        (5, values[5] + b" ", SignatureMismatchError),
    ):
        with pytest.raises(error):
            passkey.check(CHALLENGE, encode(layout, [*values[:place], other, *values[place + 1 :]]))
    for cut in (b"", encoded[:-33], encoded[:64]):
        with pytest.raises(AssertionShapeError):
            passkey.check(CHALLENGE, cut)
