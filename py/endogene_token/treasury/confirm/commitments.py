"""What stands for a bank line on the chain: without the office's key, nobody finds the line behind."""

import hmac

from endogene_token.office.secret import OfficeSecret, Purpose


def line_key(secret: OfficeSecret) -> bytes:
    """Return the key of all commitments to bank lines: the office's own, for this purpose alone."""
    return secret.hashed(Purpose.LINE, "")


def commitment(key: bytes, identity: bytes, item: str = "", *, is_alone: bool = True) -> bytes:
    """Return the 32 bytes under which the chain books a line, or one of its several parts, by its item.

    Alone, it is what `StatementLine.commitment` says: HMAC-SHA-256 of the line's identity.
    """
    told = identity if is_alone else identity + item.encode()
    return hmac.digest(key, told, "sha256")
