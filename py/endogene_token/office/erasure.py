"""Erasing what links a person to a member's number in the office: telephone, card, name, logins.

What else the person told the office, the year of retirement, goes with it. The ledger keeps the number and
its credits, which say nobody's name. Who asks for the credits later proves who he or she is by the
cooperative's own register of members, on paper; nothing here can.
"""

from endogene_token.office import cards, phones, retirements, staff
from endogene_token.office.models import OfficePhone, OfficeRetirement
from endogene_token.office.sealed import seal
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.office.trail import Change


def erase_link(change: Change, secret: OfficeSecret, member: int, account: str) -> None:
    """End a member's wallet and card, and forget its name, telephone number and year of retirement.

    Raises UnknownStaffError, StaffEndedError.
    """
    if change.session.get(OfficePhone, member) is not None:
        phones.erase(change, member)
    if change.session.get(OfficeRetirement, member) is not None:
        retirements.forget(change, member)
    for card in cards.cards_of(change.session, member):
        if card.revoked_at is None and card.id is not None:
            cards.revoke(change, member, card.id)
    row = staff.end(change, account)
    row.name = seal(secret, Purpose.NAME, row.id.encode(), b"")
    change.session.add(row)
    change.note("member.link-erased", f"member:{member}")
