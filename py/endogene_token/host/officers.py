"""What the officers of a small community do, each with the key of the role that may."""

import time
from collections.abc import Sequence
from typing import Final

from endogene_token.chain import projects, redemptions
from endogene_token.chain.calls import Ledger
from endogene_token.chain.resolutions import seat
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import (
    admit_members,
    attest_due,
    enrol_merchant,
    enrol_till,
    grant_role,
    hand_over,
    revoke_till,
    set_merchant_kind,
    settle_premiums,
)
from endogene_token.chain.views import Admission, Category, MemberKind, Role
from endogene_token.host.folder import DataFolder
from endogene_token.projects import CallTerms, CoFinancing

TERM: Final = 2 * 365 * 86_400  # seconds that an officer's role lasts
ALWAYS: Final = (0, 2**32 - 1)  # the days on which a member of a community without an end is valid
ADMISSIONS_PER_CALL: Final = 500


def person(key: bytes = b"", valid: tuple[int, int] = ALWAYS) -> Admission:
    """Return the admission of a natural person, a user of the cooperative."""
    return Admission(MemberKind.PERSON, Category.USER, *valid, key)


def organisation(key: bytes = b"", valid: tuple[int, int] = ALWAYS) -> Admission:
    """Return the admission of an organisation, a user of the cooperative."""
    return Admission(MemberKind.ORGANISATION, Category.USER, *valid, key)


class Officers:
    """The founder, registrar, treasurer, actuary and approver of the community of a data folder.

    Every act raises what a wallet raises: NodeUnavailableError, UnconfirmedError, the LedgerRefusal it meets.
    """

    def __init__(self, ledger: Ledger, folder: DataFolder) -> None:
        self._ledger = ledger
        self._founder = Sender(ledger, folder.account("founder"))
        self._registrar = Sender(ledger, folder.account("registrar"))
        self._treasurer = Sender(ledger, folder.account("treasurer"))
        self._actuary = Sender(ledger, folder.account("actuary"))
        self._approver = Sender(ledger, folder.account("approver"))

    @property
    def treasurer(self) -> Sender:
        """The treasurer's wallet: one for all who send in its name, so that they take turns."""
        return self._treasurer

    @property
    def registrar(self) -> Sender:
        """The registrar's wallet, as the treasurer's."""
        return self._registrar

    def take_office(self) -> None:
        """Grant the officers' roles, where they do not stand already."""
        now = int(time.time())
        wanted = (
            (Role.REGISTRAR, self._registrar),
            (Role.TREASURER, self._treasurer),
            (Role.ACTUARY, self._actuary),
            (Role.APPROVER, self._approver),
        )
        calls = [
            grant_role(self._ledger.community, role, officer.address, now + TERM)
            for role, officer in wanted
            if self._ledger.role_until(role, officer.address) <= now
        ]
        if calls:
            self._founder.wait(self._founder.send(calls))

    def seat(self, member: int) -> None:
        """Give a member a seat on the first board. The founder may, until the assembly governs."""
        now = self._ledger.time()
        self._founder.transact(seat(self._ledger.community, member, now + TERM))

    def open_call(self, terms: CallTerms, issues: int, list_of_issues: bytes) -> None:
        """Publish the list of societal issues (its length, its hash), and open a call. The founder may."""
        community = self._ledger.community
        issued = projects.publish_issues(community, issues, list_of_issues)
        self._founder.wait(self._founder.send([issued, projects.open_call(community, terms)]))

    def hand_over(self) -> None:
        """Hand the founder's power to the assembly, for good."""
        self._founder.transact(hand_over(self._ledger.community))

    def admit(self, admissions: Sequence[Admission]) -> list[int]:
        """Admit members and return their numbers, in order."""
        calls = [
            admit_members(self._ledger.community, admissions[start : start + ADMISSIONS_PER_CALL])
            for start in range(0, len(admissions), ADMISSIONS_PER_CALL)
        ]
        receipts = self._registrar.wait(self._registrar.send(calls))
        return [
            int(event.arguments["member"])
            for receipt in receipts
            for event in self._registrar.events(receipt)
            if event.name == "MemberAdmitted"
        ]

    def enrol_merchant(self, member: int, rate_bps: int, exposure_limit: int, till_cap: int) -> None:
        """Make an organisation a merchant (basis points, minor units)."""
        call = enrol_merchant(self._ledger.community, member, rate_bps, exposure_limit, till_cap)
        self._registrar.transact(call)

    def set_merchant_kind(self, merchant: int, kind: int) -> None:
        """Say of which kind a merchant is, for the lines of a project's budget."""
        self._registrar.transact(set_merchant_kind(self._ledger.community, merchant, kind))

    def enrol_till(self, merchant: int, key: str) -> int:
        """Give a merchant a till with this key (an address), and return its number."""
        receipt = self._registrar.transact(enrol_till(self._ledger.community, merchant, key))
        [event] = (one for one in self._registrar.events(receipt) if one.name == "TillEnrolled")
        return int(event.arguments["till"])

    def revoke_till(self, till: int) -> None:
        """Revoke a till for good: nothing that it signed is recorded any more."""
        self._registrar.transact(revoke_till(self._ledger.community, till))

    def settle(self, merchant: int, amount: int, reference: bytes) -> None:
        """Book a merchant's payment (minor units) under the commitment (32 bytes) to the bank's reference."""
        self._treasurer.transact(settle_premiums(self._ledger.community, merchant, amount, reference))

    def attest_due(self, due: int, until: int, evidence: bytes) -> None:
        """Attest what members will be due (minor units), until an instant; `evidence`: the report's hash."""
        self._actuary.transact(attest_due(self._ledger.community, due, until, evidence))

    def receive_co_financing(self, project: int, money: CoFinancing) -> None:
        """Book outside money that has come for a project."""
        self._treasurer.transact(projects.receive_co_financing(self._ledger.community, project, money))

    def attest_redemption(self, redemption: int, evidence: bytes) -> None:
        """Attest that the evidence (its commitment) of a retirement was seen."""
        self._registrar.transact(redemptions.attest(self._ledger.community, redemption, evidence))

    def approve_redemption(self, redemption: int, amount: int, payee: bytes) -> None:
        """Approve exactly this amount (minor units) to this payee (a commitment)."""
        self._approver.transact(redemptions.approve(self._ledger.community, redemption, amount, payee))

    def pay_redemption(self, redemption: int, amount: int, payee: bytes, reference: bytes) -> None:
        """Book a payment to the payee under the commitment to the bank's reference."""
        call = redemptions.pay(self._ledger.community, redemption, amount, payee, reference)
        self._treasurer.transact(call)
