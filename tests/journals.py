"""Untidy journals, and what the rules make of one: computed here from the text alone, by no code of ours."""

import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = "invoice,at,customer,amount_cents,kind,refund_of"
RATE_BPS = 280
OPERATIONS_BPS = RESERVE_BPS = 500
TILL_CAP = 5_000_000  # cents
REAL = Path(__file__).resolve().parents[2].joinpath("shared", "data", "till-journal.csv")


@dataclass
class Expected:
    """What an import must report; `refused` counts by code, `lines` names the numbers of the refused."""

    sales: int = 0
    returns: int = 0
    anonymous: int = 0
    premiums: int = 0
    credits: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_lines: list[int] = field(default_factory=list)
    lines: int = 0

    @property
    def report(self) -> dict[str, object]:
        """The same in the words of `--json`."""
        return {
            "lines": self.lines,
            "sales": self.sales,
            "returns": self.returns,
            "anonymous": self.anonymous,
            "refused": dict(self.refused),
            "premiums": str(self.premiums),
            "credits": str(self.credits),
            "waiting": 0,
        }


@dataclass
class Bought:
    """What is left of a sale."""

    left: int
    anonymous: bool
    refused: bool


def premium(amount: int) -> int:
    return (amount * RATE_BPS + 5_000) // 10_000


def credit(amount: int, anonymous: bool) -> int:
    owed = premium(amount)
    return 0 if anonymous else owed - owed * (OPERATIONS_BPS + RESERVE_BPS) // 10_000


def expected(path: Path) -> Expected:
    """Return what the rules make of a journal whose customers are all enrolled."""
    found = Expected()
    sales: dict[str, Bought] = {}
    seen: set[str] = set()
    text = path.read_bytes().decode("utf-8", errors="replace").split("\n")
    lines = [(number, next(csv.reader([line]))) for number, line in enumerate(text, start=1) if line.strip()]
    found.lines = len(lines) - 1
    faults = {number: malformed(fields, seen) for number, fields in lines[1:]}
    for number, fields in sorted(lines[1:], key=lambda one: one[1][4:5] == ["return"]):  # the sales first
        code = faults[number] or sold(found, sales, fields)
        if code is not None:
            found.refused[code] += 1
            found.refused_lines.append(number)
    found.refused_lines.sort()
    return found


def malformed(fields: list[str], seen: set[str]) -> str | None:
    """Return why a line cannot be read, or None."""
    faults: dict[str, Callable[[], bool]] = {
        "encoding": lambda: "\ufffd" in "".join(fields),
        "column-count": lambda: len(fields) != 6,
        "kind": lambda: fields[4] not in {"sale", "return"},
        "moment": lambda: not fields[1].startswith("20"),
        "number": lambda: not fields[3].lstrip("-").isdigit(),
        "duplicate-invoice": lambda: fields[0] in seen,
    }
    found = next((code for code, there in faults.items() if there()), None)
    if found is None:
        seen.add(fields[0])
    return found


def sold(found: Expected, sales: dict[str, Bought], fields: list[str]) -> str | None:
    """Book a sound line as the rules do, or return why it is refused."""
    invoice, _, customer, text, kind, refund_of = fields
    amount = abs(int(text))
    if kind == "return":
        return returned(found, sales.get(refund_of), amount, named=bool(refund_of))
    if amount == 0:
        return "zero-sale"
    sales[invoice] = Bought(amount, not customer, amount > TILL_CAP)
    if amount > TILL_CAP:
        return "over-till-cap"
    found.sales += 1
    found.anonymous += not customer
    found.premiums += premium(amount)
    found.credits += credit(amount, not customer)
    return None


def returned(found: Expected, sale: Bought | None, amount: int, *, named: bool) -> str | None:
    if not named or sale is None:
        return "return-without-purchase"
    if amount == 0:
        return "zero-sale"
    if sale.left == 0:
        return "already-returned"
    if amount > sale.left:
        return "return-too-large"
    before, sale.left = sale.left, sale.left - amount
    if sale.refused:
        return "nothing-left"
    found.returns += 1
    found.premiums -= premium(before) - premium(sale.left)
    found.credits -= credit(before, sale.anonymous) - credit(sale.left, sale.anonymous)
    return None


def untidy(path: Path, sales: int = 300, seed: int = 1) -> Path:
    """Write a journal with every kind of disorder among `sales` sales, and return its path."""
    chance = random.Random(seed)  # noqa: S311 - the same journal at each run
    at = datetime(2011, 3, 1, 8, 0)  # noqa: DTZ001 - a till writes its local time
    lines = [COLUMNS]
    for number in range(sales):
        at += timedelta(minutes=chance.randint(0, 90))
        invoice, amount = f"{700_000 + number}", chance.randint(1, 90_000)
        customer = "" if chance.random() < 0.1 else f"{17_000 + chance.randint(0, 40)}"
        lines.append(f"{invoice},{at},{customer},{amount},sale,")
        if chance.random() < 0.2:
            part = chance.choice([amount, max(1, amount // 2), amount + 1])
            lines.append(f"C{invoice},{at},{customer},{-part},return,{invoice}")
            if chance.random() < 0.4:
                lines.append(f"D{invoice},{at},{customer},{-part},return,{invoice}")
    stray = [
        f"9{COLUMNS}",
        f"=1+1,{at},17850,12.50,sale,",
        f"900001,{at},17850,9999999,sale,",
        f"C900001,{at},17850,-100,return,900001",
        f"900002,{at},,0,sale,",
        f"C900003,{at},17850,-500,return,",
        f"C900004,{at},17850,-500,return,899999",
        f"700000,{at},17850,500,sale,",
        f"C900010,{at},17850,-600,return,900010",
        f"900010,{at},17850,1000,sale,",
        f"D900010,{at},17850,-600,return,900010",
        f"E900010,{at},17850,-400,return,900010",
        f"900005,{at},17850,500,gift,",
        "900006,yesterday,17850,500,sale,",
        f"900007,{at},17850,500",
        "",
    ]
    lines.extend(stray)
    path.write_bytes("\n".join(lines).encode() + f"900008,{at},Zoé,500,sale,\n".encode("latin-1"))
    return path
