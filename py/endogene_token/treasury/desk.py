"""The treasurer's desk: what the daily work, the API and the commands ask for. See {Desk}."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from endogene_token.chain.community import Community
from endogene_token.config import Settings
from endogene_token.indexer.events import Decoder
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import Actor, Change
from endogene_token.store import reading
from endogene_token.treasury.books.chart import Chart, default_name, load_chart
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm.commitments import commitment, line_key
from endogene_token.treasury.dunning import examining, proposals
from endogene_token.treasury.dunning.rules import Arrears, Rules
from endogene_token.treasury.dunning.standing import Standing, standings
from endogene_token.treasury.exceptions.models import DunningProposal
from endogene_token.treasury.reconcile import keeping
from endogene_token.treasury.reconcile.differences import Found
from endogene_token.treasury.reconcile.facts import Cut, Opening
from endogene_token.treasury.reconcile.reading import Sources, end_of, present
from endogene_token.treasury.statements.months import local_day

CHART: Final = "chart.toml"  # as the data folder names it
PATIENCE: Final = 5  # days until the chain should have booked what waits for nothing


@dataclass(frozen=True, slots=True)
class Desk:
    """Reconciles and examines. `bank.toml` and the chart are read anew each time: a change counts at once."""

    engine: Engine
    community: Community
    settings: Settings
    secret: Callable[[], OfficeSecret]

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.settings.timezone)

    def today(self, now: int) -> date:
        """Return the community's day at an instant."""
        return local_day(now, self.zone)

    def reconcile(self, actor: Actor, now: int) -> Found:
        """Compare all that is known, keep it, and make the inbox follow.

        Raises BankUnknownError, SettingError for bank.toml, and what a chart raises.
        """
        return keeping.run(self.engine, self._sources(), present(self.today(now)), actor, now)

    def reconcile_in(self, change: Change, now: int) -> Found:
        """Do as `reconcile` within a change that is open."""
        cut = present(self.today(now))
        found = keeping.examine(change.session.connection(), self._sources(), cut)
        keeping.keep(change, found, now)
        return found

    def look(self, day: date | None, now: int) -> Found:
        """Compare at the end of a past day, or now; nothing is kept. Raises as `reconcile`."""
        today = self.today(now)
        cut: Cut = present(today) if day is None or day >= today else end_of(day, self.zone)
        with reading(self.engine) as connection:
            return keeping.examine(connection, self._sources(), cut)

    def examine(self, actor: Actor, now: int) -> list[Standing]:
        """Examine every merchant's arrears and exposure. Raises SettingError for bank.toml."""
        return examining.run(self.engine, self.rules(), self.zone, actor, now)

    def standings(self, now: int) -> list[Standing]:
        """Return where every merchant stands; nothing is kept. Raises SettingError for bank.toml."""
        with reading(self.engine) as connection:
            return standings(connection, self.rules(), self.zone, self.today(now))

    def propose(self, change: Change, merchant: int, act: proposals.Act, now: int) -> DunningProposal:
        """Propose an act of a person's own accord. Raises as `proposals.propose`."""
        connection = change.session.connection()
        found = standings(connection, self.rules(), self.zone, self.today(now))
        late = next((one.late for one in found if one.merchant == merchant), Arrears())
        row = proposals.propose(change, merchant, act, late, now)
        examining.follow_decisions(change, now)
        return row

    def decide(self, change: Change, number: int, is_approved: bool, why: str, now: int) -> DunningProposal:
        """Decide a proposal as things stand at this moment: what has been paid since is seen first.

        Raises as `proposals.decide`; ProposalDecidedError, too, when the rule takes its proposal back.
        """
        connection, today = change.session.connection(), self.today(now)
        examining.keep(change, standings(connection, self.rules(), self.zone, today), today, now)
        row = proposals.decide(change, number, is_approved, why, now)
        examining.follow_decisions(change, now)
        return row

    def rules(self) -> Rules:
        """Return the rules of warnings and reminders. Raises SettingError for bank.toml."""
        profile = self._profile()
        return Rules(profile.warn_exposure_bps, profile.arrears_days)

    def _profile(self) -> BankProfile:
        return BankProfile.load(self.settings.data_dir.absolute())

    def _sources(self) -> Sources:
        profile, key = self._profile(), line_key(self.secret())
        first = datetime.combine(profile.opening_day, time(), self.zone)
        return Sources(
            decoder=Decoder(self.community),
            chart=self._chart(),
            zone=self.zone,
            opening=Opening(profile.opening_balance, int(first.timestamp()), profile.opening_day),
            committing=lambda identity: commitment(key, identity),
            booked_before=lambda day: _booked_before(profile, day),
        )

    def _chart(self) -> Chart:
        own = self.settings.data_dir.absolute().joinpath(CHART)
        return load_chart(own if own.exists() else default_name(self.settings.currency))


def _booked_before(profile: BankProfile, day: date) -> date:
    """Return the day before which the chain should have booked all: two days for each bank day of waiting."""
    return date.fromordinal(max(day.toordinal() - 2 * profile.waiting - PATIENCE, 1))
