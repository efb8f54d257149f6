"""Tills whose keys their merchants hold: enrolled, given another key, revoked. See {OwnTills}."""

from dataclasses import dataclass

from sqlalchemy import Engine

from endogene_token.bounds import address_bytes
from endogene_token.chain.calls import Ledger
from endogene_token.errors import KeyTakenError, TillRevokedError
from endogene_token.host.officers import Officers
from endogene_token.office.trail import COMMAND_LINE, Actor, changing


@dataclass(frozen=True, slots=True)
class OwnTills:
    """The registrar at work: only addresses come here, never a key. Run again, nothing is done twice."""

    ledger: Ledger
    officers: Officers
    engine: Engine
    actor: Actor = COMMAND_LINE

    def enrol(self, merchant: int, address: str) -> int:
        """Give a merchant a till whose key has this address; return the till's number.

        Raises AddressError, UnknownMerchantError; KeyTakenError for the key of another merchant's till.
        """
        address_bytes(address)
        self.ledger.merchant(merchant)
        found = till_with_key(self.ledger, address)
        if found is not None and self.ledger.till(found).merchant != merchant:
            raise KeyTakenError(actual=self.ledger.till(found).merchant)
        till = self.officers.enrol_till(merchant, address) if found is None else found
        self._note("till.enrolled", merchant, till, address)
        return till

    def rotate(self, till: int, address: str) -> int:
        """Enrol the key of this address in the place of a till's, which is revoked; return the new number.

        Raises as `enrol`, UnknownTillError; TillRevokedError for a till whose place no key took.
        """
        old = self.ledger.till(till)
        if old.revoked and till_with_key(self.ledger, address) is None:
            raise TillRevokedError(actual=till)
        successor = self.enrol(old.merchant, address)
        if successor != till:
            self.revoke(till)
        return successor

    def revoke(self, till: int) -> None:
        """Revoke a till at once: nothing that its key signs is recorded any more. Raises UnknownTillError."""
        old = self.ledger.till(till)
        if not old.revoked:
            self.officers.revoke_till(till)
        self._note("till.revoked", old.merchant, till, old.key)

    def _note(self, action: str, merchant: int, till: int, address: str) -> None:
        with changing(self.engine, self.actor) as change:
            change.note(action, f"merchant:{merchant}/till:{till}", address=address)


def till_with_key(ledger: Ledger, address: str) -> int | None:
    """Return the number of the till that signs with the key of this address, or None."""
    tills = ledger.tills(range(1, ledger.till_count() + 1))
    wanted = address.lower()
    return next((number for number, till in enumerate(tills, 1) if till.key.lower() == wanted), None)
