"""A device with passkeys in software: real WebAuthn attestations (`none`) and assertions, P-256, in CBOR.

Each thing that a device or a browser could get wrong is a field, so that a test changes exactly one.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8080"
RP_ID = "localhost"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def plain(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Device:
    """A device that holds one passkey. `count` is what its next signature tells."""

    key: ECC.EccKey = field(default_factory=lambda: ECC.generate(curve="P-256"), repr=False)
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    origin: str = ORIGIN
    rp_id: str = RP_ID
    flags: int = PRESENT | VERIFIED
    count: int = 1
    is_framed: bool = False

    def but(self, **changes: Any) -> "Device":
        """Return the same device with one thing otherwise."""
        return replace(self, **changes)

    @property
    def public(self) -> bytes:
        """The public key, in COSE."""
        x, y = (int(one).to_bytes(32, "big") for one in (self.key.pointQ.x, self.key.pointQ.y))
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer the options of a registration, as `PublicKeyCredential.toJSON()` does."""
        data = self._data(ATTESTED) + bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        told = {"fmt": "none", "attStmt": {}, "authData": data + self.public}
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=b64(client), attestationObject=b64(cbor2.dumps(told)))

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer the options of a login."""
        client, data = self._client("webauthn.get", options["challenge"]), self._data()
        signed = SHA256.new(data + hashlib.sha256(client).digest())
        signature = DSS.new(self.key, "fips-186-3", encoding="der").sign(signed)
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(**{name: b64(part) for name, part in parts.items()})

    def _data(self, more: int = 0) -> bytes:
        site = hashlib.sha256(self.rp_id.encode()).digest()
        return site + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.is_framed}
        return json.dumps(told, separators=(",", ":")).encode()

    def _answer(self, **response: str) -> dict[str, Any]:
        name = b64(self.credential)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
