"""Who opens the demo's doors without setting anything up: a member, a shop, the officers."""

from typing import Final

from sqlmodel import Session, select

from endogene_token.cli.people import BAKER, BOOKSELLER, CHAIR, GROCER, IRONMONGER, NEIGHBOURS
from endogene_token.hexes import from_hex
from endogene_token.host.community import Host
from endogene_token.host.hosting import Hosting
from endogene_token.office import business_names
from endogene_token.office.identities import Identity, introduce
from endogene_token.office.scopes import StaffRole
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.sales import HostedTill, HostedTills
from endogene_token.sales.secret import hosting_passphrase
from endogene_token.store import reading

OFFICERS: Final = {
    StaffRole.TREASURER: "Nadia Belkacem",
    StaffRole.REGISTRAR: "Julien Caron",
    StaffRole.APPROVER: "Rose Michaud",
}
"""Each acts from the address in the data folder that has the role's name."""
SHOPS: Final = {
    GROCER: "Épicerie Roy",
    BAKER: "Boulangerie du Marché",
    IRONMONGER: "Quincaillerie Fortin",
    BOOKSELLER: "Librairie Le Signet",
}
"""The names over the doors."""


def welcome(host: Host) -> list[Identity]:
    """Return everybody whom a visitor of the demo may be; the shop gets a hosted till. All is done once.

    Raises what the registrar's sender and `staff.create` raise.
    """
    _host_a_till(host)
    _name_the_shops(host)
    people = [
        Person(StaffRole.MEMBER, "Maude Tremblay", member=NEIGHBOURS[0]),
        Person(StaffRole.OWNER, "Denis Roy", merchant=GROCER),
        Person(StaffRole.STAFF, "Aïcha Benali", merchant=GROCER),
        *(_officer(host, role, name) for role, name in OFFICERS.items()),
        Person(StaffRole.DIRECTOR, "Hélène Gagnon", member=CHAIR),
        Person(StaffRole.AUDITOR, "Paul Ouellet"),
    ]
    secret = OfficeSecret.load(host.settings)
    return [introduce(host.engine, secret, one) for one in people]


def _officer(host: Host, role: StaffRole, name: str) -> Person:
    return Person(role, name, officer=from_hex(host.folder.account(role.value).address))


def _name_the_shops(host: Host) -> None:
    with reading(host.engine) as connection, Session(connection) as session:
        if business_names.of_all(session):
            return
    with changing(host.engine, COMMAND_LINE) as change:
        for merchant, name in SHOPS.items():
            business_names.keep(change, merchant, name)


def _host_a_till(host: Host) -> None:
    with reading(host.engine) as connection, Session(connection) as session:
        if session.exec(select(HostedTill).where(HostedTill.merchant == GROCER)).first() is not None:
            return
    tills = HostedTills(host.engine, hosting_passphrase(host.settings))
    Hosting(host.ledger, host.officers, tills).host(GROCER)
