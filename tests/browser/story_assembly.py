"""The part of the story that happens between the doors: what directors and neighbours sign at terminals."""

import json
import re
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from endogene_token.ballots import Choice
from endogene_token.bylaws import State
from endogene_token.chain.assembly import Assembly as Votes
from endogene_token.cli import motions, projects_story
from endogene_token.cli.people import BOOKSELLER, CHAIR, MENTOR, NEIGHBOURS, RETIREE, Acting, voter
from endogene_token.cli.proposals import FESTIVAL
from endogene_token.host.community import Host
from endogene_token.keyfile import encrypt_key, write_key_file
from endogene_token.member_acts import Claiming, Spend
from endogene_token.projects import Spending
from tests.chain_clock import pass_time
from tests.commands import call

PASSPHRASE: Final = "une phrase de passe"  # noqa: S105  # of keys that no community knows
TITLE: Final = "Un second essai pour la fête des voisins"
TEXT: Final = f"{TITLE}\n\nPlus petite, et un samedi seulement.\n"
AWARD, SPENT = 60_00, 42_50  # minor units; the plan of the dossier asks for the first
LEAD: Final = 15  # seconds of notice: the project is put to the vote meanwhile
BEFORE: Final = {
    RETIREE: Choice.FOR,
    NEIGHBOURS[0]: Choice.FOR,
    MENTOR: Choice.AGAINST,
    CHAIR: Choice.AGAINST,
}
"""Who votes before the member whom the story follows: as many for as against, which carries nothing."""


@dataclass
class Assembly:
    """What the story's people do at terminals, with keys that are theirs."""

    host: Host
    folder: Path

    def types(self, printed: str, *words: object, **who: int) -> dict[str, Any]:
        """Run a command as a page prints it, with more words; `member`: who signs it. It must succeed."""
        signing: list[object] = []
        for member in who.values():
            signing = ["--member", member, "--key", self._key(member)]
        typed = shlex.split(re.sub(r" --(help|member …|key …)", "", printed))
        assert typed[0] == "endogene"
        options = ("--api", self.host.url, "--json")
        answer = call(*typed[1:], *words, *signing, *options, ENDOGENE_PASSPHRASE=PASSPHRASE)
        assert answer.code == 0, answer
        return answer.json

    def file(self, printed: str) -> int:
        """File the award of the project that the assembly refused once; return the resolution's number."""
        text, calls = self.folder / "texte.md", self.folder / "calls.json"
        text.write_text(TEXT, "utf-8")
        awarding = {
            "contract": "ProjectBook",
            "function": "award",
            "arguments": [self.project, str(AWARD)],
        }
        calls.write_text(json.dumps([awarding]), "utf-8")
        number = self._votes.count() + 1
        self.types(printed, "spending", text, "--calls", calls, member=CHAIR)
        self._until(lambda: self._votes.count() == number)
        return number

    def give_notice(self, printed: str, number: int) -> None:
        """Give notice as the office's page says."""
        ahead = motions.now(self.host) - int(time.time())  # the command counts from the wall's clock
        self.types(printed, "--opens-in", ahead + LEAD, member=CHAIR)
        self._until(lambda: motions.state_of(self.host, number) is not State.DRAFT)

    def put_to_vote(self, printed: str, number: int) -> None:
        """Put the project to the vote as its page in the office says, and wait until ballots are taken."""
        typed = shlex.split(printed.replace(" --help", ""))[1:]
        answer = call(*typed, "--resolution", number, "--data", self.host.folder.root, "--json")
        assert answer.json == {"project": self.project, "state": "balloted", "is_changed": True}, answer
        self.wait(number, State.OPEN)

    def verdict(self, receipt: Path) -> str:
        """Ask the chain, and nothing of the cooperative, what became of a ballot."""
        asked = call("vote", "verify", receipt, "--rpc", self.host.rpc_url, "--json")
        assert asked.code == 0, asked
        return str(asked.json["verdict"])

    def vote(self, number: int) -> None:
        """Cast the ballots of those who vote before the member."""
        for member, choice in BEFORE.items():
            with voter(self.host, member) as client:
                client.vote(number, choice)
        self.counted(number, *BEFORE)

    def counted(self, number: int, *members: int) -> None:
        """Wait until the chain holds the ballots of these members."""
        self._until(lambda: all(self._votes.ballot(number, one) is not None for one in members))

    def execute(self, printed: str, number: int) -> None:
        """Have what was decided carried out, once nobody can contest it any more."""
        self.types(printed)
        self._until(lambda: motions.state_of(self.host, number) is State.EXECUTED)

    def wait(self, number: int, state: State) -> None:
        """Let time pass until a resolution is in a state."""
        self.pass_time(lambda: motions.state_of(self.host, number) is state)

    def pass_time(self, done: Callable[[], bool]) -> None:
        """Let time pass until `done`."""
        pass_time(self.host, done)

    def claim(self) -> None:
        """Claim the first tranche."""
        evidence = projects_story.commitment(self.host, "the square is booked")
        Acting(self.host).act(FESTIVAL.applicant, self.project, Claiming(0, evidence))
        self.host.settle_down()

    def judge(self, page: Page, member: int) -> None:
        """Have somebody judge the claim with the command that the office's page prints for exactly it."""
        page.goto("/office/claims")
        task = page.get_by_role("article").filter(has_text=f"Project {self.project}, tranche 1")
        assert self.types(task.locator("code").last.inner_text(), member=member)["status"] == "done"
        self.host.settle_down()

    def spend(self) -> None:
        """Spend a part of the released money at the bookseller's."""
        invoice = projects_story.commitment(self.host, "invoice of the second try")
        spending = Spending(self.project, BOOKSELLER, SPENT, 0, invoice)
        Acting(self.host).act(FESTIVAL.applicant, self.project, Spend(spending))
        self.host.settle_down()

    @property
    def project(self) -> int:
        """The number of the project."""
        return projects_story.number_of(self.host, FESTIVAL) or 0

    @property
    def _votes(self) -> Votes:
        return Votes(self.host.ledger)

    def _until(self, done: Callable[[], bool]) -> None:
        """Wait until the chain, and then what the doors read, has come so far."""
        motions.until(self.host, done)
        self.host.settle_down()

    def _key(self, member: int) -> Path:
        """Return the keystore of a director or a mentor."""
        path = self.folder / f"{member}.json"
        if not path.exists():
            name = f"director-{member - CHAIR + 1}" if member >= CHAIR else f"member-{member}"
            secret = bytes(self.host.folder.account(name).key)
            write_key_file(path, encrypt_key(secret, PASSPHRASE))
        return path
