"""The demo's call for projects and the three that answer it. Amounts are minor units."""

from dataclasses import dataclass
from typing import Final

from endogene_token.ballots import Choice
from endogene_token.bylaws import Kind, State
from endogene_token.cli import people
from endogene_token.cli.meeting import NOTICE
from endogene_token.cli.motions import Motion
from endogene_token.projects import Criterion, OrganisationKind

FOOD, TOOLS, CULTURE = 1, 2, 3
"""Kinds of merchants, as the demo's registrar numbers them."""
KINDS: Final = {
    people.GROCER: FOOD,
    people.BAKER: FOOD,
    people.IRONMONGER: TOOLS,
    people.BOOKSELLER: CULTURE,
}
ISSUES: Final = """1. Se nourrir d’ici  2. Réparer plutôt que jeter  3. Se loger  4. Vieillir entouré
1. Eating locally  2. Mending  3. Housing  4. Ageing in company
"""
ISSUE_COUNT: Final = 4
CALL: Final = """Appel à projets: le quartier se prend en main

Cinq organisations au moins, dont une collectivité locale; deux dollars de l’extérieur pour un du fonds.

At least five organisations, a local authority among them; two outside dollars for one of the fund's.
"""
BUDGET: Final = 500_00
PARTNERS: Final = (
    OrganisationKind.ASSOCIATION,
    OrganisationKind.COOPERATIVE,
    OrganisationKind.ENTERPRISE,
    OrganisationKind.INSTITUTION,
    OrganisationKind.LOCAL_AUTHORITY,
)
"""The grouping of each proposal; the organisations differ."""
VOTERS: Final = (
    *(people.RETIREE, people.ATTESTOR, people.MENTOR, people.FIRST_APPLICANT, people.VALUER),
    *(people.NEIGHBOURS[0], *people.BOARD),
)
"""Three of each college."""
_CHOICES: Final = {"+": Choice.FOR, "-": Choice.AGAINST, "o": Choice.ABSTAIN}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A project: what its dossier says and asks for, and how the assembly votes on it.

    `lines`: amounts by kind of merchant. `instalments` 0: a grant. `sought`: outside money.
    """

    applicant: int
    name: str
    text: str
    issue: int
    tranches: tuple[int, ...]
    lines: tuple[tuple[int, int], ...]
    sought: int
    motion: Motion
    instalments: int = 0

    @property
    def amount(self) -> int:
        """What it asks for."""
        return sum(self.tranches)

    @property
    def facts(self) -> dict[Criterion, int]:
        """What its dossier states of each criterion that does not follow from it."""
        stated = {one: 1 for one in Criterion if not one.is_derived}
        return {**stated, Criterion.ISSUE: self.issue, Criterion.MERCHANT_SHARE: 10_000}


def _motion(award: str, ballots: str, ends: State = State.EXECUTED) -> Motion:
    choices = [_CHOICES[one] for one in ballots]
    voted = dict(zip(VOTERS, choices, strict=True))
    return Motion(Kind.MAJOR_SPENDING, award, voted, NOTICE, ends)


GREENHOUSE: Final = Proposal(
    people.FIRST_APPLICANT,
    "Serre de quartier",
    "Serre de quartier\n\nDes légumes toute l’année, au coin de la rue.\n\n"
    "A greenhouse around the corner.\n\ngeo:46.8312,-71.2248\n",
    issue=1,
    tranches=(100_00, 50_00),
    lines=((FOOD, 80_00), (TOOLS, 70_00)),
    sought=750_00,
    motion=_motion(
        "Octroi à la serre de quartier\n\nUne subvention en deux tranches.\n\nA grant in two tranches.\n",
        "+++-++++o",
    ),
)
WORKSHOP: Final = Proposal(
    people.SECOND_APPLICANT,
    "Atelier de réparation",
    "Atelier de réparation\n\nOutils partagés, savoirs transmis.\n\nShared tools, skills handed on.\n\n"
    "geo:46.8265,-71.2172\n",
    issue=2,
    tranches=(80_00,),
    lines=((TOOLS, 80_00),),
    sought=240_00,
    motion=_motion(
        "Prêt à l’atelier de réparation\n\nRemboursé en trois versements.\n\nA loan, paid back in three.\n",
        "+++-+-++-",
    ),
    instalments=3,
)
FESTIVAL: Final = Proposal(
    people.THIRD_APPLICANT,
    "Fête des voisins",
    "Fête des voisins\n\nUne fin de semaine, une scène.\n\nA weekend, a stage.\n\ngeo:46.8221,-71.2296\n",
    issue=4,
    tranches=(60_00,),
    lines=((CULTURE, 60_00),),
    sought=120_00,
    motion=_motion(
        "Octroi à la fête des voisins\n\nUne subvention en une fois.\n\nA grant at once.\n",
        "---+-+-o-",
        State.DEFEATED,
    ),
)
PROPOSALS: Final = (GREENHOUSE, WORKSHOP, FESTIVAL)
