"""A member's key, wherever it is kept: in a file, a passkey, a device of its own. One interface for all.

The register holds `Signer.key`: the 20 bytes of an address, or the 84 of a passkey (ERC-7913: the address of
its verifier, then its public point on P-256). Every signature is checked against it before it leaves.
"""

from endogene_token.signers.base import Signer, check_signature
from endogene_token.signers.device import CommandDevice, Device, DeviceSigner, FileExchange
from endogene_token.signers.keyfile import KeyfileSigner
from endogene_token.signers.messages import Message
from endogene_token.signers.passkey import Assertion, Authenticator, Passkey, PasskeySigner
from endogene_token.signers.software import SoftwareAuthenticator

__all__ = [
    "Assertion",
    "Authenticator",
    "CommandDevice",
    "Device",
    "DeviceSigner",
    "FileExchange",
    "KeyfileSigner",
    "Message",
    "Passkey",
    "PasskeySigner",
    "Signer",
    "SoftwareAuthenticator",
    "check_signature",
]
