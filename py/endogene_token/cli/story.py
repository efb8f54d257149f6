"""The demo's small town, from the first purchase to a retirement, each step done once however often told."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from eth_utils.crypto import keccak

from endogene_token.cli import meeting, motions, projects_story
from endogene_token.cli.money_story import MoneyStory
from endogene_token.cli.people import MEMBERS, PERSONS, admissions
from endogene_token.cli.proposals import KINDS, PROPOSALS
from endogene_token.cli.years_story import tell_years
from endogene_token.errors import UnknownMerchantError
from endogene_token.host.community import Host
from endogene_token.sdk import NewPurchase, NewReversal, TillClient

EXPOSURE_LIMIT: Final = 5_000_00  # minor units of premiums owed
TILL_CAP: Final = 10_000_00  # minor units of one purchase
SALES_PER_TILL: Final = 30
ANONYMOUS_SHARE: Final = 6  # one sale in so many names no member
REFUND_SHARE: Final = 10  # one sale in so many is refunded
GUEST_MERCHANT: Final = 1  # whose last till nobody uses: the README's first purchase goes through it


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant of the demo, by its member number. Its name stays off the chain."""

    name: str
    rate_bps: int
    tills: int
    dearest: int
    """The largest sale, in minor units."""


SHOPS: Final = (
    Shop("Épicerie du Marché", 280, 2, 140_00),
    Shop("Boulangerie L’Étoile", 200, 1, 35_00),
    Shop("Quincaillerie Bernier", 350, 1, 420_00),
    Shop("Librairie La Plume", 300, 1, 90_00),
)
STEPS: Final = 12
MOTIONS: Final = (meeting.GUARDIAN, *(one.motion for one in PROPOSALS))


def tell(host: Host) -> Iterator[int]:
    """Enrol, vote, sell, settle, award, spend, net, retire; yield the number of steps done after each.

    Raises what the officers, the SDK and the host raise; told again, it goes on where it was.
    """
    if host.ledger.member_count() == 0:
        host.officers.admit(admissions(host))
    yield 1
    tills = _enrol(host)
    yield 2
    meeting.seat_board(host)
    projects_story.open_call(host)
    meeting.hand_over(host)
    yield 3
    projects_story.file_dossiers(host)
    yield 4
    _decide(host)
    yield 5
    _sell(host, tills)
    yield 6
    host.settle_down()
    _settle(host)
    yield 7
    _conclude(host)
    yield 8
    money = MoneyStory(host)
    money.spend()
    yield 9
    money.go_on()
    money.net()
    yield 10
    money.retire()
    host.settle_down()
    yield 11
    tell_years(host)
    yield STEPS


def _enrol(host: Host) -> dict[int, int]:
    """Return the merchant of each till that the story uses; one more is the visitor's."""
    for merchant, shop in enumerate(SHOPS, start=1):
        with suppress(UnknownMerchantError):
            host.ledger.merchant(merchant)
            continue
        host.officers.enrol_merchant(merchant, shop.rate_bps, EXPOSURE_LIMIT, TILL_CAP)
    for merchant, kind in KINDS.items():
        if host.ledger.merchant_kind(merchant) != kind:
            host.officers.set_merchant_kind(merchant, kind)
    busy = [merchant for merchant, shop in enumerate(SHOPS, start=1) for _ in range(shop.tills)]
    wanted = [*busy, GUEST_MERCHANT]
    for till in range(host.ledger.till_count() + 1, len(wanted) + 1):
        host.officers.enrol_till(wanted[till - 1], host.folder.key(f"till-{till}").address)
    return dict(enumerate(busy, start=1))


def _decide(host: Host) -> None:
    """Have the board and the assembly convened, and everybody vote, as far as need be."""
    meeting.file(host)
    projects_story.file_awards(host)
    motions.give_notice(host, MOTIONS)
    projects_story.put_all_to_vote(host)
    motions.vote(host, MOTIONS)


def _conclude(host: Host) -> None:
    """Wait for the decisions, and have those made that were carried; a vote cut short is held again."""
    for _ in range(motions.TRIES):
        motions.conclude(host, MOTIONS)
        projects_story.note_lost_votes(host)
        waiting = any(projects_story.is_undecided(host, one) for one in PROPOSALS)
        if not waiting and not motions.is_lost(host, meeting.GUARDIAN):
            return
        _decide(host)


def _sell(host: Host, tills: dict[int, int]) -> None:
    with ExitStack() as open_tills:
        for till, merchant in tills.items():
            key, outbox = host.folder.key(f"till-{till}"), host.folder.outbox(till)
            client = open_tills.enter_context(TillClient(host.url, till, key, outbox, merchant))
            client.record_many(_day(till, SHOPS[merchant - 1]))
            client.flush()


def _day(till: int, shop: Shop) -> Iterator[NewPurchase | NewReversal]:
    """Return the day of a till: the same whenever the story is told."""
    chance = Random(till)  # noqa: S311 - a story, not a secret
    for number in range(1, SALES_PER_TILL + 1):
        amount = chance.randint(shop.dearest // 20, shop.dearest)
        anonymous = chance.randrange(ANONYMOUS_SHARE) == 0
        member = None if anonymous else PERSONS.start - 1 + chance.randint(1, MEMBERS)
        yield NewPurchase(amount, f"{till:02}-{number:04}", member)
        if chance.randrange(REFUND_SHARE) == 0:
            part = amount if chance.randrange(2) else amount // 2
            yield NewReversal(f"{till:02}-{number:04}", f"R{till:02}-{number:04}", part)


def _settle(host: Host) -> None:
    """Have every merchant pay, once, what it owes for the day."""
    for merchant in range(1, len(SHOPS) + 1):
        owed = host.ledger.merchant_account(merchant).owed
        payment = keccak(text=f"endogene demo: the transfer of merchant {merchant}")
        if owed and not host.ledger.reference_used(payment):
            host.officers.settle(merchant, owed, payment)
