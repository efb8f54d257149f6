"""What the demo ends with: who decided what, the rounds of the money, a retirement, the balance sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from rich.table import Table

from endogene_token.bylaws import State
from endogene_token.chain.redemptions import Redemptions
from endogene_token.chain.views import BalanceSheet, Category
from endogene_token.cli import figures, meeting
from endogene_token.cli.console import amount, balance_json, balance_table, out, tell
from endogene_token.cli.money_story import redemption_of
from endogene_token.cli.motions import Decision, decision
from endogene_token.cli.options import LANG
from endogene_token.cli.people import RETIREE
from endogene_token.cli.proposals import PROPOSALS, Proposal
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.i18n import mark, tr
from endogene_token.reports.indicators import Indicators

COLLEGES: Final = {
    Category.USER: mark("Users"),
    Category.WORKER: mark("Workers"),
    Category.SUPPORTING: mark("Supporting"),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the story left the community; `retired` in minor units paid."""

    board: Decision
    votes: Sequence[tuple[Proposal, Decision]]
    indicators: Indicators
    retired: int
    sheet: BalanceSheet

    @classmethod
    def of(cls, host: Host) -> Self:
        """Return where a host's community stands, once the story is told."""
        retirement = redemption_of(host, RETIREE)
        desk = Redemptions(host.ledger)
        return cls(
            decision(host, meeting.GUARDIAN),
            [(one, decision(host, one.motion)) for one in PROPOSALS],
            figures.read(host.engine),
            0 if retirement is None else desk.redemption(retirement).paid,
            host.ledger.balance_sheet(),
        )

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "resolution": {
                "number": self.board.number,
                "state": self.board.state.name.lower(),
                "in_favour": sum(self.board.in_favour),
                "against": sum(self.board.against),
            },
            "votes": [_vote_json(*one) for one in self.votes],
            "indicators": figures.as_json(self.indicators),
            "redemption": {"member": RETIREE, "paid": str(self.retired)},
            "balance_sheet": balance_json(self.sheet),
        }

    def show(self, settings: Settings) -> None:
        """Show it to people."""
        tell(_told(self.board))
        out.print(_votes_table(self.votes, settings))
        out.print(figures.rounds_table(self.indicators, settings))
        out.print(balance_table(self.sheet, settings))
        retired = amount(self.retired, settings)
        tell(tr("Member {member} retires: {paid} of credits paid back.", LANG, member=RETIREE, paid=retired))
        for sentence in figures.sentences(self.indicators, settings):
            tell(sentence)


def _told(board: Decision) -> str:
    known = {State.EXECUTED: tr("carried out", LANG), State.NO_QUORUM: tr("without quorum", LANG)}
    return tr(
        "Resolution {number} of the board: {in_favour} for, {against} against, {state}.",
        LANG,
        number=board.number,
        in_favour=sum(board.in_favour),
        against=sum(board.against),
        state=known.get(board.state, tr("not carried out", LANG)),
    )


def _votes_table(votes: Sequence[tuple[Proposal, Decision]], settings: Settings) -> Table:
    """Return a table of what the assembly decided: for each college, the ballots for and against."""
    colleges = [tr(label, LANG) for label in COLLEGES.values()]
    # Québec's law counts heads: no college weighs more than its ballots.
    title = tr("What the assembly decided: for – against in each college, counted by head", LANG)
    table = Table("", tr("Asked for", LANG), *colleges, "", title=title)
    table.title_justify = "left"
    for proposal, one in votes:
        sides = [f"{one.in_favour[college]} – {one.against[college]}" for college in COLLEGES]
        outcome = tr("awarded", LANG) if one.state is State.EXECUTED else tr("refused", LANG)
        table.add_row(proposal.name, amount(proposal.amount, settings), *sides, outcome)
    return table


def _vote_json(proposal: Proposal, one: Decision) -> dict[str, object]:
    return {
        "project": proposal.name,
        "amount": str(proposal.amount),
        "resolution": one.number,
        "state": one.state.name.lower(),
        "colleges": {
            college.name.lower(): {"in_favour": one.in_favour[college], "against": one.against[college]}
            for college in COLLEGES
        },
    }
