"""A trial of hosted sales: everything is checked, nothing is written, and nobody waits for it."""

from collections import Counter
from typing import Any

from endogene_token.sales.intake import Intake
from endogene_token.sales.models import HostedSale


class Trial(Intake):
    """Says of each draft what `Intake` would; what it took stands for the drafts after it, in memory.

    It only reads: a file of many thousand lines holds no lock. Sales that are not kept have ids below zero.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._taken: dict[tuple[str, str], HostedSale] = {}
        self._origins: dict[str, str] = {}
        self._refunded: Counter[int] = Counter()

    def find(self, receipt: str, kind: Any) -> HostedSale | None:
        """Return the sale with this receipt number, kept or tried, or None."""
        return self._taken.get((receipt, kind)) or super().find(receipt, kind)

    def receipt_of(self, origin: str) -> str | None:
        """Return the receipt number of the purchase, kept or tried, that the shop numbered `origin`."""
        return self._origins.get(origin) or super().receipt_of(origin)

    def _bought(self, receipt: str) -> HostedSale | None:
        return self.find(receipt, "purchase")

    def _returned(self, purchase: int) -> int:
        return super()._returned(purchase) + self._refunded[purchase]

    def _insert(self, values: dict[str, Any]) -> tuple[HostedSale, bool]:
        held = self.find(values["receipt"], values["kind"])
        return (self._try(values, -len(self._taken) - 1), True) if held is None else (held, False)

    def _replace(self, held: HostedSale, values: dict[str, Any]) -> HostedSale:
        return self._try(values, held.id or 0)

    def _try(self, values: dict[str, Any], number: int) -> HostedSale:
        sale = HostedSale(**values, id=number)
        self._taken[sale.receipt, sale.kind] = sale
        if sale.purchase is not None:
            self._refunded[sale.purchase] += sale.amount
        elif sale.origin is not None:
            self._origins[sale.origin] = sale.receipt
        return sale
