"""Erasing what links a person to a member's number: in the office, and where the treasurer pays."""

from endogene_token.office.erasure import erase_link
from endogene_token.office.trail import Change
from endogene_token.treasury.collect.forgetting import forget_payees


def erase(change: Change, member: int) -> None:
    """Erase the link of a member, with or without a wallet; the books keep what they must."""
    forget_payees(change, member)
    erase_link(change, member)
