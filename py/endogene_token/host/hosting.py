"""Tills whose keys the server keeps: hosted, rotated, given up. See {Hosting}."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from endogene_token.chain.calls import Ledger
from endogene_token.errors import KeyTakenError, NotHostedError, TillBusyError
from endogene_token.host.officers import Officers
from endogene_token.host.own_tills import OwnTills, till_with_key
from endogene_token.sales import HostedTill, HostedTills
from endogene_token.sales.models import TillState
from endogene_token.sales.tills import HELD, unfinished
from endogene_token.store import reading


@dataclass(frozen=True, slots=True)
class Hosting:
    """The registrar at work for hosted tills; killed anywhere and run again, each step is done once."""

    ledger: Ledger
    officers: Officers
    tills: HostedTills

    def host(self, merchant: int) -> int:
        """Give a merchant a till whose key is kept here; return its number. Raises UnknownMerchantError."""
        self.ledger.merchant(merchant)
        key = self.tills.begin(merchant)
        return self.tills.open(key, self._enrolled(key))

    def rotate(self, number: int) -> int:
        """Give a till a new key and revoke the old one; return its new number on the ledger.

        Its number and its sales stay; what the old key had signed and the ledger had not recorded is signed
        again with the new one. Raises NotHostedError.
        """
        old = self._held(number, TillState.OPEN)
        key = self.tills.begin(old.merchant, number)
        till = self._enrolled(key)
        self._revoke(old)  # before it is forgotten: killed here and run again, it is found once more
        self.tills.open(key, till)
        return till

    def known(self, till: int) -> HostedTill | None:
        """Return the hosted till of this number, its own or its present one on the ledger, or None."""
        named = or_(col(HostedTill.number) == till, col(HostedTill.till) == till)
        with reading(self.tills.engine) as connection, Session(connection) as session:
            return session.exec(select(HostedTill).where(named, col(HostedTill.state).in_(HELD))).first()

    def unhost(self, number: int, *, at_once: bool = False) -> int:
        """Destroy a till's key and revoke it; return how many sales wait for good, or were not reached.

        From here on it takes no sale; where the chain does not answer, that stays so until this is run again.
        Raises NotHostedError; TillBusyError while sales are on their way, unless `at_once`.
        """
        till = self._held(number, *HELD)
        left = self.tills.give_up(till, at_once=at_once)
        self._revoke(till)
        self.tills.close(number)
        return left

    def hand_over(self, number: int, address: str, own: OwnTills) -> int:
        """Have the key of `address`, which its merchant holds, take a till's place; return its number.

        What would refuse it is asked first, so that a refusal has changed nothing. Raises as `OwnTills.enrol`
        and `unhost`; KeyTakenError for a key that is kept here: what it signs, its merchant could not.
        """
        till, left = self._held(number, *HELD), self._left(number)
        if left:
            raise TillBusyError(actual=number, limit=left)
        if self._is_kept(address):
            raise KeyTakenError(actual=till.merchant)
        successor = own.enrol(till.merchant, address)
        self.unhost(number)
        return successor

    def _left(self, number: int) -> int:
        with reading(self.tills.engine) as connection, Session(connection) as session:
            return unfinished(session, number)

    def _is_kept(self, address: str) -> bool:
        kept = (func.lower(HostedTill.address) == address.lower(), HostedTill.state != TillState.CLOSED)
        with reading(self.tills.engine) as connection, Session(connection) as session:
            return session.exec(select(HostedTill.address).where(*kept)).first() is not None

    def _enrolled(self, key: HostedTill) -> int:
        """Return the till of this key on the ledger, enrolled if it is new: a kill may have come between."""
        found = till_with_key(self.ledger, key.address)
        return self.officers.enrol_till(key.merchant, key.address) if found is None else found

    def _revoke(self, till: HostedTill) -> None:
        if till.till is not None and not self.ledger.till(till.till).revoked:
            self.officers.revoke_till(till.till)

    def _held(self, number: int, *states: TillState) -> HostedTill:
        own = (col(HostedTill.number) == number, col(HostedTill.state).in_(states))
        with reading(self.tills.engine) as connection, Session(connection) as session:
            found = session.exec(select(HostedTill).where(*own)).first()
        if found is None:
            raise NotHostedError(actual=number, merchant="?")
        return found
