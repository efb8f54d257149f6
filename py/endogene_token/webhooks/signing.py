"""Signatures after Standard Webhooks: HMAC-SHA-256 over id, time and body, under an endpoint's secret.

    webhook-id: 1042-3
    webhook-timestamp: 1795284245
    webhook-signature: v1,<base64> [v1,<base64> of the secret before, while it still is in use]

Secrets are derived from the office's key, so that no table holds one.
"""

import base64
import hmac
from collections.abc import Sequence
from typing import Final

from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.webhooks.models import WebhookEndpoint

PREFIX: Final = "whsec_"


def secret_of(office: OfficeSecret, endpoint: str, generation: int) -> str:
    """Return the secret of this generation of an endpoint: `whsec_` and 32 bytes in base64."""
    key = office.hashed(Purpose.WEBHOOK, f"{endpoint} {generation}")
    return PREFIX + base64.b64encode(key).decode()


def secrets_of(office: OfficeSecret, row: WebhookEndpoint, now: int) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    found = [secret_of(office, row.id, row.generation)]
    if row.generation > 1 and now < row.overlap_until:
        found.append(secret_of(office, row.id, row.generation - 1))
    return found


def signature(secret: str, message: str, at: int, body: bytes) -> str:
    """Return the signature of one message, sent at `at` (seconds UTC)."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = b".".join((message.encode(), str(at).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(secrets: Sequence[str], message: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of one delivery."""
    return {
        "content-type": "application/json",
        "user-agent": "Endogene-Webhooks/1",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(one, message, at, body) for one in secrets),
    }
