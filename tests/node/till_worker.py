"""A till's program to be killed: reads one order a line, forks, and lets the child live or die through a day.

    {"at": "sdk.batch.sending:2", "url": "…", "outbox": "…", "log": "…"}  ->  the child's exit status

The fork spares each kill a start of Python. The program is written as a merchant's should be: it can be run
again from its beginning at any time.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from endogene_token import crash
from endogene_token.sdk import NewPurchase, NewReversal, Retries, Sale, Status, TillClient, TillKey

CARD = "a card"  # of the member 9
UNLUCKY = 13  # minor units: the service refuses the first purchase of this amount
DAY = (NewPurchase(11, "A-2", 4), NewPurchase(12, "A-3"))
EACH = (NewPurchase(UNLUCKY, "A-4", 5), NewPurchase(0, "A-5"))


def main() -> None:
    """Serve the orders of the test until its end."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            os.environ[crash.VARIABLE] = order["at"]
            importlib.reload(crash)
            if order["at"] == "":
                log_points(Path(order["log"] + ".points"))
            trade(order)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  the answer


def trade(order: dict[str, Any]) -> None:
    """Live through a till's day; each sale is logged once the SDK has accepted it."""
    log = Path(order["log"])
    with opened(order) as till:
        keep(log, [till.record(10, 4, receipt="A-1")])
        keep(log, till.record_many(DAY))
        keep(log, [one for one in till.record_each(EACH) if isinstance(one, Sale)])
        keep(log, till.record_many([NewReversal("A-2", "R-1", 6)]))
        keep(log, [till.record(14, receipt="A-6", card=CARD), till.record(15, receipt="A-7", phone="lost")])
    with opened(order) as till:
        till.flush()
        till.refresh()
        unlucky = cast("Sale", till.find("A-4"))
        if unlucky.status is Status.REFUSED:
            till.again(unlucky)
        till.flush()
        till.refresh()
        till.erase("A-3")
        till.resume()


def opened(order: dict[str, Any]) -> TillClient:
    """Return the till's client."""
    key, retries = TillKey((1).to_bytes(32)), Retries(attempts=2, first_wait_seconds=0.001)
    return TillClient(order["url"], 3, key, Path(order["outbox"]), retries=retries)


def keep(log: Path, sales: list[Sale]) -> None:
    """Log the sales that the SDK has accepted."""
    with log.open("a") as file:
        file.writelines(f"{sale.amount}\n" for sale in sales)


def log_points(log: Path) -> None:
    """Log each pass of a crash point."""

    def passed(name: str) -> None:
        with log.open("a") as file:
            file.write(f"{name}\n")

    crash.point = passed


if __name__ == "__main__":
    main()
