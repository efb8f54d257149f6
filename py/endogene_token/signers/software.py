"""An authenticator in software: passkeys for a demonstration, and for tests, without a phone at hand."""

import json
from base64 import urlsafe_b64encode
from typing import Final

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from endogene_token.signers.passkey import PRESENT, VERIFIED, Assertion, Passkey


class SoftwareAuthenticator:
    """Holds a P-256 key in memory, and answers as a browser with a security key would, asking nobody."""

    __slots__ = ("_count", "_key", "_origin", "_site", "flags")

    def __init__(self, site: str = "localhost", flags: int = PRESENT | VERIFIED) -> None:
        """Make a key for `site`, the domain name of the pages that may ask; `flags` is what it will claim."""
        self._key: Final = ECC.generate(curve="P-256")
        self._site: Final = SHA256.new(site.encode()).digest()
        self._origin: Final = f"https://{site}"
        self._count = 0
        self.flags = flags

    @property
    def public_key(self) -> bytes:
        """The public key as a browser tells it at registration (SPKI)."""
        return bytes(self._key.public_key().export_key(format="DER"))

    def passkey(self, verifier: str) -> Passkey:
        """Return the passkey to register, with the address of its verifier. Raises AddressError."""
        return Passkey.from_registration(verifier, self.public_key)

    def assertion(self, challenge: bytes) -> Assertion:
        """Return the assertion for this challenge; its s is either of the two values, as with any key."""
        self._count += 1
        data = self._site + bytes([self.flags]) + self._count.to_bytes(4)
        told = {
            "type": "webauthn.get",
            "challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "origin": self._origin,
            "crossOrigin": False,
        }
        client = json.dumps(told, separators=(",", ":")).encode()
        signed = SHA256.new(data + SHA256.new(client).digest())
        return Assertion(data, client, DSS.new(self._key, "fips-186-3", encoding="der").sign(signed))
