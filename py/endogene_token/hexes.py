"""Bytes as the chain and its clients write them: hexadecimal digits after 0x."""


def to_hex(content: bytes) -> str:
    """Return the digits of `content`, in lower case, after 0x."""
    return "0x" + content.hex()


def from_hex(text: str) -> bytes:
    """Return the bytes that `text` tells, with its 0x or without. Raises ValueError."""
    return bytes.fromhex(text.removeprefix("0x"))
