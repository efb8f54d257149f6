"""Who acts in the demo: member numbers, and the keys in the data folder that sign for them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from endogene_token.chain.acts import take
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category
from endogene_token.host.community import Host
from endogene_token.host.officers import organisation, person
from endogene_token.member_acts import Act, Content
from endogene_token.sdk import VoterClient
from endogene_token.signers import KeyfileSigner

GROCER, BAKER, IRONMONGER, BOOKSELLER = MERCHANTS = range(1, 5)
MEMBERS: Final = 40
PERSONS: Final = range(len(MERCHANTS) + 1, len(MERCHANTS) + MEMBERS + 1)
FIRST_APPLICANT, SECOND_APPLICANT, THIRD_APPLICANT = APPLICANTS = (5, 6, 8)
MENTOR: Final = 9
ATTESTOR: Final = 10  # of the call: who attests the facts of its dossiers
VALUER: Final = 11  # who says what a gift in kind is worth
RETIREE: Final = 33
NEIGHBOURS: Final = (13, 14)
DIRECTORS: Final = (Category.USER, Category.WORKER, Category.SUPPORTING)
"""The college of each director; they are the last members to be admitted."""
CHAIR: Final = PERSONS.stop
BOARD: Final = range(CHAIR, CHAIR + len(DIRECTORS))
COLLEGES: Final = {
    MENTOR: Category.SUPPORTING,
    ATTESTOR: Category.WORKER,
    VALUER: Category.WORKER,
    NEIGHBOURS[0]: Category.SUPPORTING,
    **dict(zip(BOARD, DIRECTORS, strict=True)),
}
"""Who is not a user of the cooperative."""
WITH_KEY: Final = (*MERCHANTS, *APPLICANTS, MENTOR, ATTESTOR, VALUER, RETIREE, *NEIGHBOURS, *BOARD)


def admissions(host: Host) -> list[Admission]:
    """Return everybody to admit, by number: who acts has a key of its own in the data folder."""
    return [_admission(host, member) for member in range(1, BOARD.stop)]


def signer(host: Host, member: int) -> KeyfileSigner:
    """Return whoever signs for a member, with the key of the data folder."""
    return KeyfileSigner(host.folder.account(_key_name(member)))


def voter(host: Host, member: int) -> VoterClient:
    """Open the client with which a member proposes and votes."""
    return VoterClient(host.url, member, signer(host, member))


class Acting:
    """Has members of the demo act, each with its own key. Every act raises what a wallet raises."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._senders: dict[int, Sender] = {}

    def act(self, member: int, subject: int, *contents: Content, tranche: int = 0) -> None:
        """Have a member do things, one after the other; `tranche`: of the claim that is judged."""
        community = self._host.community
        # Who sends an act is who the key says: it needs neither a signature nor, therefore, a number.
        acts = [Act(member, subject, one, 0) for one in contents]
        self.send(member, [take(community, one, tranche=tranche) for one in acts])

    def send(self, member: int, calls: Sequence[Call]) -> None:
        """Send what anyone may, from a member's account."""
        if not calls:
            return
        if member not in self._senders:
            self._senders[member] = Sender(self._host.ledger, self._host.folder.account(_key_name(member)))
        sender = self._senders[member]
        sender.wait(sender.send(calls))


def _admission(host: Host, member: int) -> Admission:
    key = signer(host, member).key if member in WITH_KEY else b""
    made = organisation(key) if member in MERCHANTS else person(key)
    return replace(made, category=COLLEGES.get(member, made.category))


def _key_name(member: int) -> str:
    return f"director-{member - CHAIR + 1}" if member in BOARD else f"member-{member}"
