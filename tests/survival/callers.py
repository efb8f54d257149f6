"""Who sends bad requests: strangers, those whose right has ended, those who may only read, and a merchant."""

import base64
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from endogene_token.office import keys, trail
from endogene_token.office.keys import Wanted
from endogene_token.office.scopes import Holder, Mode, OfficeRole, Scope
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from tests.survival.hostile import Callers
from tests.town import BAKERY, BAKERY_TILL, Town

ACTOR = trail.Actor("operator", "cli")
READS = frozenset({Scope.SALES_READ, Scope.STATEMENTS_READ, Scope.EVENTS_READ, Scope.WEBHOOKS_READ})
SIGNED = 40


def made(engine: Engine, holder: Holder, scopes: frozenset[Scope], mode: Mode = Mode.LIVE) -> keys.NewKey:
    """Return a new key of the API."""
    with trail.changing(engine, ACTOR) as change:
        return keys.make(change, Wanted(holder, scopes, mode))


def callers(engine: Engine, town: Town) -> Callers:
    """Return the callers of a town, with keys made in its database."""
    bakery, auditor = Holder(BAKERY), Holder(role=OfficeRole.AUDITOR)
    ended = made(engine, bakery, bakery.scopes)
    with trail.changing(engine, ACTOR) as change:
        keys.revoke(change, ended.key.id)
    readers = [made(engine, auditor, auditor.scopes), made(engine, bakery, READS)]
    powerful = made(engine, bakery, bakery.scopes)
    bearers = [*(one.token for one in (ended, *readers)), _forged(powerful.token), powerful.token[:-1]]
    powerless = (
        *(b"", b"", *(f"Bearer {one}".encode() for one in bearers)),
        *(f"Bearer {one.token}".encode() for one in readers * 3),
        *_malformed(powerful.token),
        *_signed(town),
    )
    return Callers(tuple(powerless), (f"Bearer {powerful.token}".encode(),))


def _forged(token: str) -> str:
    return token[:-6] + "".join(secrets.choice("ABCDEFGH") for _ in range(6))


def _malformed(token: str) -> list[bytes]:
    basic = base64.b64encode(b"4:word").decode()
    forms = (
        *(
            "Bearer",
            "Bearer ",
            f"Bearers {token}",
            f"Bearer  {token}",
            f"Bearer {token} x",
            f"Bearer {token},",
        ),
        *(token, f"Basic {basic}", "Basic é", "Digest username=x", "Negotiate YII=", "Bearer " + "A" * 9_000),
        *(
            "Bearer \x00",
            f"Bearer {token}\x00",
            "Bearer ek_live_",
            "Bearer ek_live__",
            "Bearer " + "ek_live_" * 90,
        ),
        *("Endogene", "Endogene ", 'Endogene address=""', "Endogene " * 200, "Endogene address=x, created=y"),
    )
    return [one.encode("utf-8") for one in forms] + [
        b"\xff\xfe",
        b"Bearer \xff" + token.encode(),
        b"\x00" * 30,
    ]


def _signed(town: Town) -> list[bytes]:
    """Return proofs that prove nothing here: of strangers, of other times, of other requests, bent ones."""
    domain, now = town.ledger.domain, int(time.time())
    stranger, till = TillKey.generate(), town.tills[BAKERY_TILL]
    other = replace(domain, chain_id=domain.chain_id + 1)
    proofs = []
    for number in range(SIGNED):
        path = f"/v1/members/{number}"
        proofs += [
            authorization(stranger, domain, "GET", f"/v1/merchants/{BAKERY}", now),
            authorization(till, domain, "GET", f"/v1/merchants/{BAKERY}", now - 400 - number),
            authorization(till, domain, "GET", f"/v1/merchants/{BAKERY}", now + 40 * 86_400 + number),
            authorization(till, other, "GET", f"/v1/merchants/{BAKERY}", now),
            authorization(till, domain, "PUT", path, now),
        ]
    bent = [one[:-4] + secrets.token_hex(1) + '"' for one in proofs[:SIGNED]]
    keyed = [one.replace("address=", "key=") for one in proofs[:SIGNED]]
    long = f'Endogene key="0x{"ab" * 84}", created="{now}", signature="0x{"cd" * 400}"'
    huge = f'Endogene key="0x{"ab" * 20}", created="{"9" * 15}", signature="0x{"cd" * 64}"'
    today = datetime.now(UTC).isoformat()
    dated = f'Endogene address="0x{"00" * 20}", created="{today}", signature="0x{"00" * 64}"'
    return [one.encode() for one in (*proofs, *bent, *keyed, long, huge, dated)]
