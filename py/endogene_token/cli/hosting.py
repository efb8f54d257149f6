"""`endogene till host`, `enrol`, `rotate`, `revoke`, `unhost`: the registrar at work for tills."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from endogene_token.cli.console import answering, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.host.hosting import Hosting
from endogene_token.host.officers import Officers
from endogene_token.host.own_tills import OwnTills
from endogene_token.i18n import tr
from endogene_token.sales import HostedTills
from endogene_token.sales.secret import hosting_passphrase


def run_host(merchant: int, *, data: Path | None, as_json: bool) -> None:
    """Give a merchant a hosted till."""
    with answering(as_json) as answer, _hosting(data) as hosting:
        number = hosting.host(merchant)
        answer.update({"merchant": merchant, "till": number})
        if not as_json:
            tell(tr("Till {till} of merchant {merchant} is hosted.", LANG, till=number, merchant=merchant))


def run_enrol(merchant: int, address: str, *, data: Path | None, as_json: bool) -> None:
    """Give a merchant a till whose key it holds."""
    with answering(as_json) as answer, _hosting(data) as hosting:
        till = _own(hosting).enrol(merchant, address)
        answer.update({"merchant": merchant, "till": till, "address": address})
        if not as_json:
            tell(tr("Till {till} of merchant {merchant} is enrolled.", LANG, till=till, merchant=merchant))


def run_revoke(till: int, *, data: Path | None, as_json: bool) -> None:
    """Revoke a till; a hosted one is given up, whatever key it signs with by now."""
    with answering(as_json) as answer, _hosting(data) as hosting:
        answer.update({"till": till})
        found = hosting.known(till)
        if found is None:
            _own(hosting).revoke(till)
        else:
            answer["left"] = hosting.unhost(found.number or 0, at_once=True)
        if not as_json:
            tell(tr("Till {till} is revoked: nothing that it signs is recorded any more.", LANG, till=till))
            if found is not None:
                _tell_unhosted(found.number or 0, answer["left"])


def run_rotate(number: int, address: str | None, *, data: Path | None, as_json: bool) -> None:
    """Give a hosted till a new key, or another one the key of `address`, which its merchant holds."""
    with answering(as_json) as answer, _hosting(data) as hosting:
        ledger_number = hosting.rotate(number) if address is None else _handed_over(hosting, number, address)
        answer.update({"till": number, "ledger_till": ledger_number})
        if not as_json:
            told = {"till": number, "number": ledger_number}
            tell(tr("Till {till} signs with a new key, as till {number} of the ledger.", LANG, **told))


def run_unhost(number: int, *, at_once: bool, data: Path | None, as_json: bool) -> None:
    """Give a hosted till up."""
    with answering(as_json) as answer, _hosting(data) as hosting:
        left = hosting.unhost(number, at_once=at_once)
        answer.update({"till": number, "left": left})
        if not as_json:
            _tell_unhosted(number, left)


def _handed_over(hosting: Hosting, number: int, address: str) -> int:
    """Have the key of `address` take a till's place; return its number. A hosted till is hosted no more.

    Raises as `OwnTills.rotate` and `Hosting.hand_over`.
    """
    found, own = hosting.known(number), _own(hosting)
    if found is None:
        return own.rotate(number, address)
    return hosting.hand_over(found.number or 0, address, own)


def _tell_unhosted(till: int, left: int) -> None:
    tell(tr("Till {till} is hosted no more; {left} sales never left.", LANG, till=till, left=left))


def _own(hosting: Hosting) -> OwnTills:
    return OwnTills(hosting.ledger, hosting.officers, hosting.tills.engine)


@contextmanager
def _hosting(data: Path | None) -> Iterator[Hosting]:
    found = settings(data_dir=data)
    with Ground(found, node_port=FREE_PORT) as ground:
        officers = Officers(ground.ledger, ground.folder)
        officers.take_office()
        yield Hosting(ground.ledger, officers, HostedTills(ground.engine, hosting_passphrase(found)))
