"""What a signer may be asked to sign: a message for the assembly, or an act."""

from endogene_token import ballots, member_acts
from endogene_token.member_acts import Act
from endogene_token.typed_data import SigningDomain

Message = ballots.Message | Act


def digest(message: Message, domain: SigningDomain) -> bytes:
    """Return the 32 bytes that are signed for this message: its EIP-712 hash in this domain."""
    if isinstance(message, Act):
        return member_acts.digest(message, domain)
    return ballots.digest(message, domain)


def typed_data(message: Message, domain: SigningDomain) -> dict[str, object]:
    """Return the message as EIP-712 typed data, for eth-account's ``encode_typed_data(full_message=…)``."""
    if isinstance(message, Act):
        return member_acts.typed_data(message, domain)
    return ballots.typed_data(message, domain)
