"""What must stand on the register before a journal can be replayed: merchant, till, members."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from endogene_token import crash
from endogene_token.chain.calls import Ledger
from endogene_token.errors import RateDiffersError, UnknownMerchantError
from endogene_token.host.folder import DataFolder
from endogene_token.host.officers import Officers, organisation, person
from endogene_token.imports.memory import Memory
from endogene_token.sdk import TillKey

TILL_CAP: Final = 50_000_00  # minor units of one purchase
EXPOSURE_LIMIT: Final = 1_000_000_00  # minor units of premiums owed
DEFAULT_RATE_BPS: Final = 280


@dataclass(frozen=True, slots=True)
class Desk:
    """The registrar at work for one merchant's import; everything it does, it does once."""

    ledger: Ledger
    officers: Officers
    folder: DataFolder
    merchant: int

    def merchant_enrolled(self, rate_bps: int | None) -> None:
        """Make sure that the merchant stands, enrolled at `rate_bps` (None: 280) if it is new.

        A number that is the register's next is admitted as an organisation. Raises UnknownMerchantError for a
        number beyond it, RateDiffersError when the merchant stands at another rate.
        """
        try:
            terms = self.ledger.merchant(self.merchant)
        except UnknownMerchantError:
            self._enrol(DEFAULT_RATE_BPS if rate_bps is None else rate_bps)
            return
        if rate_bps is not None and terms.rate_bps != rate_bps:
            raise RateDiffersError(merchant=self.merchant, actual=rate_bps, limit=terms.rate_bps)

    def till_enrolled(self) -> tuple[int, TillKey]:
        """Return the till through which this merchant's journals come, enrolled at first use, and its key."""
        key = self.folder.key(f"import-{self.merchant}")
        tills = self.ledger.tills(range(1, self.ledger.till_count() + 1))
        for number, till in enumerate(tills, start=1):
            if till.key == key.address:
                return number, key
        return self.officers.enrol_till(self.merchant, key.address), key

    def members_enrolled(self, memory: Memory, codes: Sequence[str]) -> dict[str, int]:
        """Return the member number of each of these customers, admitting those who have none.

        Warning: after a kill, those whose plan stands are taken for admitted as far as the register has grown
        since: nobody else may admit members while an import runs.
        """
        plan = memory.planned(self.merchant)
        if plan is not None:
            there = plan.codes[: self.ledger.member_count() + 1 - plan.first]
            memory.admitted(self.merchant, {code: plan.first + i for i, code in enumerate(there)})
        known = memory.members(self.merchant)
        new = [code for code in codes if code not in known]
        if not new:
            return known
        memory.plan(self.merchant, self.ledger.member_count() + 1, new)
        crash.point("imports.members.planned")
        numbers = self.officers.admit([person()] * len(new))
        crash.point("imports.members.admitted")
        memory.admitted(self.merchant, dict(zip(new, numbers, strict=True)))
        return memory.members(self.merchant)

    def _enrol(self, rate_bps: int) -> None:
        count = self.ledger.member_count()
        if not 1 <= self.merchant <= count + 1:
            raise UnknownMerchantError(actual=self.merchant, limit=count + 1)
        if self.merchant == count + 1:
            self.officers.admit([organisation()])
        self.officers.enrol_merchant(self.merchant, rate_bps, EXPOSURE_LIMIT, TILL_CAP)
