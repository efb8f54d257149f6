"""Erasing what links a person to a member's number in the office: telephone, card, name, logins.

What else the person told the office, the year of retirement, goes with it. A seat as a director or a mentor
is an office that others rely on: its own name stays until it ends, and goes then (`staff.end`). The ledger
keeps the number and its credits, which say nobody's name. Who asks for the credits later proves who he or
she is by the cooperative's own register of members, on paper; nothing here can.
"""

from endogene_token.office import cards, phones, retirements, staff
from endogene_token.office.models import OfficePhone, OfficeRetirement
from endogene_token.office.trail import Change


def erase_link(change: Change, member: int) -> None:
    """End a member's wallet and card, and forget its names, telephone number and year of retirement.

    Who has no wallet, or had one before, is forgotten as well.
    """
    if change.session.get(OfficePhone, member) is not None:
        phones.erase(change, member)
    if change.session.get(OfficeRetirement, member) is not None:
        retirements.forget(change, member)
    for card in cards.cards_of(change.session, member):
        if card.revoked_at is None and card.id is not None:
            cards.revoke(change, member, card.id)
    for row in staff.wallets(change.session, member):
        if row.ended_at is None:
            staff.end(change, row.id)
    change.session.flush()
    staff.forget_names(change.session, member)
    change.note(staff.LINK_ERASED, f"member:{member}")
