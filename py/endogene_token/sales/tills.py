"""The keys of hosted tills: made here, kept encrypted, opened in memory by whoever signs."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select, update

from endogene_token import crash
from endogene_token.errors import NotHostedError, TillBusyError, TillUnnamedError
from endogene_token.keyfile import decrypt_key
from endogene_token.office.trail import COMMAND_LINE, Actor, changing
from endogene_token.sales import backlog
from endogene_token.sales.models import ON_THE_WAY, HostedSale, HostedTill, SaleState, TillState
from endogene_token.sdk.keys import TillKey
from endogene_token.store import reading

UNFINISHED: Final = (SaleState.PENDING, *ON_THE_WAY)
HELD: Final = (TillState.OPEN, TillState.CLOSING)
"""A till whose key is kept here and on the register."""


class HostedTills:
    """Keeps keys. Whoever may enrol tills on the register calls `begin`, enrols, then `open`."""

    def __init__(self, engine: Engine, passphrase: str, actor: Actor = COMMAND_LINE) -> None:
        """`passphrase` encrypts the keys; `actor`: who the trail says makes and ends them."""
        self.engine = engine
        self._actor = actor
        self._passphrase = passphrase
        self._keys: dict[str, TillKey] = {}

    def begin(self, merchant: int, number: int | None = None) -> HostedTill:
        """Return the key that waits to be enrolled for this merchant's till `number` (None: a new till).

        Made and kept at first use: killed before it is opened, the same key is found again.
        """
        waiting = select(HostedTill).where(
            HostedTill.merchant == merchant,
            HostedTill.state == TillState.NEW,
            col(HostedTill.number).is_(None) if number is None else HostedTill.number == number,
        )
        with reading(self.engine) as connection, Session(connection) as session:
            found = session.exec(waiting).first()
        if found is not None:
            return found
        key = TillKey.generate()
        made = HostedTill(
            address=key.address, merchant=merchant, number=number, keystore=key.encrypted(self._passphrase)
        )
        with changing(self.engine, self._actor) as change:
            change.session.add(made)
            change.session.flush()
            change.session.expunge(made)
            change.note("till.key-made", _subject(merchant, number), address=key.address)
        crash.point("sales.key.kept")
        return made

    def open(self, key: HostedTill, till: int) -> int:
        """Let `key`, enrolled as `till`, sign from now on, in the place of its till's key before.

        Return the number that the merchant knows the till by.
        """
        number = till if key.number is None else key.number
        with changing(self.engine, self._actor) as change:
            _close(change.session, number)
            values = {"number": number, "till": till, "state": TillState.OPEN}
            own = col(HostedTill.address) == key.address
            change.session.exec(update(HostedTill).where(own).values(values))
            change.note("till.hosted", _subject(key.merchant, number), ledger_till=till, address=key.address)
            crash.point("sales.key.opening")
        crash.point("sales.key.opened")
        return number

    def give_up(self, key: HostedTill, *, at_once: bool = False) -> int:
        """Have a till take and sign nothing more; return how many sales and lines of files are under way.

        Raises TillBusyError, with nothing changed, while any is, unless `at_once`.
        """
        number = key.number or 0
        with changing(self.engine, self._actor) as change:
            left = unfinished(change.session, number)  # keeping a sale takes the same turn
            if left and not at_once:
                raise TillBusyError(actual=number, limit=left)
            own = (col(HostedTill.address) == key.address, col(HostedTill.state) == TillState.OPEN)
            change.session.exec(update(HostedTill).where(*own).values(state=TillState.CLOSING))
            change.note("till.given-up", _subject(key.merchant, number), left=left)
        return left

    def close(self, number: int) -> None:
        """Destroy the key of a till: what waits for its signature goes on waiting, and files for it end."""
        with changing(self.engine, self._actor) as change:
            own = (col(HostedTill.number) == number, col(HostedTill.state).in_(HELD))
            merchants = change.session.exec(select(HostedTill.merchant).where(*own)).all()
            _close(change.session, number)
            backlog.give_up_all(change.session, number, self._actor)
            # Noted even when it was done before: somebody asked for it.
            subject = _subject(merchants[0], number) if merchants else f"till:{number}"
            change.note("till.unhosted", subject)

    def key(self, till: HostedTill) -> TillKey:
        """Return the key of `till`, decrypted once. Raises KeyPasswordError, KeyFormatError."""
        if till.address not in self._keys:
            opened = TillKey(decrypt_key(till.keystore, till.address, self._passphrase))
            self._keys[till.address] = opened
        return self._keys[till.address]


def hosted(session: Session, merchant: int, number: int | None = None) -> HostedTill:
    """Return the open hosted till of this number, or the merchant's only one.

    Raises NotHostedError, TillUnnamedError.
    """
    own = [one for one in opened(session, merchant) if number in {None, one.number}]
    if not own:
        raise NotHostedError(actual="?" if number is None else number, merchant=merchant)
    if len(own) > 1:
        raise TillUnnamedError(actual=", ".join(str(one.number) for one in own), merchant=merchant)
    return own[0]


def opened(session: Session, merchant: int | None = None) -> Sequence[HostedTill]:
    """Return the open hosted tills, of one merchant or of all, by number."""
    query = select(HostedTill).where(HostedTill.state == TillState.OPEN).order_by(col(HostedTill.number))
    return session.exec(query if merchant is None else query.where(HostedTill.merchant == merchant)).all()


def unfinished(session: Session, number: int) -> int:
    """Return how many sales of a till are neither recorded nor refused yet, lines of long files included."""
    query = select(func.count()).where(HostedSale.till == number, col(HostedSale.state).in_(UNFINISHED))
    return session.exec(query).one() + backlog.lines_left(session, number)


def _subject(merchant: int, number: int | None) -> str:
    return f"merchant:{merchant}" if number is None else f"merchant:{merchant}/till:{number}"


def _close(session: Session, number: int) -> None:
    values = {"state": TillState.CLOSED, "keystore": "", "reason": None}
    held = (col(HostedTill.number) == number, col(HostedTill.state).in_(HELD))
    session.exec(update(HostedTill).where(*held).values(values))
