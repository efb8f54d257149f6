"""A statement as its page shows it: every text written, every bar measured; the template only lays out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from endogene_token.i18n import mark
from endogene_token.treasury.statements.document import (
    Entry,
    StatementDocument,
    Sums,
    TillDay,
    digest,
)
from endogene_token.treasury.statements.words import HUNDRED_THOUSANDTHS, TEN_THOUSANDTHS, Words

FULL_BAR: Final = 1_000  # the length of the longest bar; the others are shares of it
LABELS: Final[Mapping[str, str]] = {
    "title": mark("Monthly statement"),
    "number": mark("Statement no."),
    "issued": mark("Issued on"),
    "period": mark("Period"),
    "merchant": mark("Merchant no."),
    "rate": mark("Rate of premiums"),
    "account": mark("Your account with the fund"),
    "chart": mark("Premiums day by day"),
    "currency": mark("Your project currency"),
    "entries": mark("Payments and sales in project currency"),
    "tills": mark("Your tills, day by day"),
    "refusals": mark("Refused by the ledger"),
    "notes": mark("How to read this statement"),
    "day": mark("Day"),
    "till": mark("Till"),
    "what": mark("What"),
    "sales": mark("Sales"),
    "refunds": mark("Refunds"),
    "count": mark("Number"),
    "amount": mark("Amount"),
    "premium": mark("Premium"),
    "reference": mark("Reference"),
    "reason": mark("Reason"),
    "total": mark("Total"),
    "all_tills": mark("All tills"),
    "continued": mark("Page {page} of {pages}"),
    "digest": mark("SHA-256 of this statement’s figures"),
}
ENTRY_KINDS: Final[Mapping[str, str]] = {
    "settled": mark("Payment received"),
    "netted": mark("Premiums paid in project currency"),
    "written-off": mark("Written off"),
    "sale-to-project": mark("Sale to project {project}"),
    "sale-to-merchant": mark("Sale to merchant {merchant}"),
    "paid-to-merchant": mark("Paid to merchant {merchant}"),
    "returned": mark("Returned to project {project}"),
    "cashed": mark("Project currency paid to you in cash"),
}
REASONS: Final[Mapping[str, str]] = {
    "zero-amount": mark("amount of zero"),
    "over-till-cap": mark("above the till’s cap"),
    "future-day": mark("day still to come"),
    "too-old": mark("too old"),
    "unknown-member": mark("unknown member"),
    "member-not-valid": mark("membership not valid that day"),
    "unknown-purchase": mark("unknown purchase"),
    "other-merchant": mark("purchase at another merchant"),
    "nothing-left": mark("nothing left to refund"),
    "more-than-left": mark("more than is left"),
    "before-purchase": mark("before its purchase"),
    "window-closed": mark("too late for a refund"),
    "insufficient-credits": mark("credits used already"),
}
SHORT_REFERENCE: Final = 10  # 0x and 8 digits: enough to find the line in the books
Row = dict[str, Any]


def view(document: StatementDocument, lang: str) -> dict[str, Any]:
    """Return everything that the page of a statement shows, in a language."""
    words = Words(lang, document.look.region, document.currency)
    return {
        "lang": lang,
        "region": document.look.region.lower(),
        "paper": "us-letter" if document.look.region == "CA" else "a4",
        "accent": document.look.accent,
        "second": document.look.second,
        "labels": {name: words.tr(label) for name, label in LABELS.items()},
        "symbol": words.symbol,
        **_heads(document, words),
        "total": _total(document, words),
        "account": list(_account(document, words)),
        "chart": _chart(document, words),
        "currency": list(_currency(document, words)),
        "entries": [_entry(one, words) for one in document.figures.entries],
        "tills": _tills(document, words),
        "refusals": _refusals(document, words),
        "notes": list(_notes(document, words)),
        "digest": digest(document.canonical()).hex(),
    }


def _heads(document: StatementDocument, words: Words) -> Row:
    first, last = map(date.fromisoformat, (document.first_day, document.last_day))
    unnamed = words.tr("Merchant {number}", number=document.figures.merchant)
    rates = [words.percent(one.rate_bps, TEN_THOUSANDTHS) for one in document.figures.rates]
    issued = date.fromisoformat(document.issued_on)
    return {
        "number": document.number,
        "month": words.month(first),
        "period": words.span(first, last),
        "issued_on": words.day(issued),
        "issued": [issued.year, issued.month, issued.day],
        "issuer": document.issuer.model_dump(),
        "addressee": document.addressee.model_dump() | {"name": document.addressee.name or unnamed},
        "merchant": str(document.figures.merchant),
        "rates": " → ".join(rates),
    }


def _total(document: StatementDocument, words: Words) -> Row:
    """The one amount, and the sentence under it."""
    net, note = document.net, ""
    if net.due:
        label, amount = words.tr("Amount due"), net.due
        due_on = words.day(date.fromisoformat(document.due_on))
        note = words.tr("by {day}, under the number {number}", day=due_on, number=document.number)
    elif net.payable:
        label, amount = words.tr("Payable to you"), net.payable
        note = words.tr("for the project currency that you asked for in cash")
    else:
        label, amount = words.tr("Nothing to pay"), 0
    if net.carried:
        carried = words.tr("{amount} stay to your credit for later premiums", amount=words.money(net.carried))
        note = f"{note} · {carried}" if note else carried
    return {"label": label, "amount": words.money(amount), "note": note}


def _line(label: str, amount: str, weight: str = "plain", note: str = "") -> Row:
    return {"label": label, "amount": amount, "weight": weight, "note": note}


def _account(document: StatementDocument, words: Words) -> Iterator[Row]:
    account, taxes, awaiting = (
        document.figures.account,
        document.taxes,
        document.figures.project_currency.awaiting.amount,
    )
    first, last = (words.day(date.fromisoformat(day)) for day in (document.first_day, document.last_day))
    yield _line(words.tr("Balance on {day}", day=first), words.money(account.opening.value), "sum")
    for amount, label in (
        (account.premiums, words.tr("Premiums on your sales")),
        (-account.reversals, words.tr("Premiums taken back by refunds")),
        (account.currency_premiums, words.tr("Premiums on sales paid in project currency")),
        (-account.returned_premiums, words.tr("Premiums on project currency that you returned")),
        (-account.settled, words.tr("Payments received")),
        (-account.netted, words.tr("Paid in project currency")),
        (-account.written_off, words.tr("Written off")),
    ):
        if amount or label == words.tr("Premiums on your sales"):
            yield _line(label, words.money(amount))
    yield _line(words.tr("Balance of premiums on {day}", day=last), words.money(account.closing.value), "sum")
    if taxes.opening:
        yield _line(words.tr("Taxes carried over"), words.money(taxes.opening))
    for line in taxes.lines:
        name = line.name_fr if words.lang == "fr" else line.name_en
        rate = words.percent(line.rate, HUNDRED_THOUSANDTHS)
        on = words.tr("{rate} of {base}", rate=rate, base=words.money(line.base))
        yield _line(name, words.money(line.amount), note=f"{on} · {line.registration}".removesuffix(" · "))
    if taxes.received:
        yield _line(words.tr("Taxes received"), words.money(-taxes.received))
    if awaiting:
        yield _line(words.tr("Project currency asked for in cash"), words.money(-awaiting))
    if document.net.carried:
        yield _line(words.tr("Carried to your credit"), words.money(document.net.carried))
    yield _line(
        _total(document, words)["label"], words.money(document.net.due or -document.net.payable), "total"
    )


def _currency(document: StatementDocument, words: Words) -> Iterator[Row]:
    held = document.figures.project_currency
    moved: Sequence[tuple[str, Sums, int]] = (
        (words.tr("Sales to projects"), held.from_projects, 1),
        (words.tr("Sales to merchants"), held.from_merchants, 1),
        (words.tr("Paid to merchants"), held.paid_on, -1),
        (words.tr("Returned to projects"), held.returned, -1),
        (words.tr("Set against premiums"), held.netted, -1),
        (words.tr("Paid to you in cash"), held.cashed, -1),
    )
    if not (held.opening or held.closing or held.asked.count or any(sums.count for _, sums, _ in moved)):
        return
    yield _line(words.tr("Held at the beginning"), words.money(held.opening), "sum")
    for label, sums, sign in moved:
        if sums.count:
            yield _line(label, words.money(sign * sums.amount), note=f"× {words.count(sums.count)}")
    yield _line(words.tr("Held at the end"), words.money(held.closing), "sum")
    if held.asked.count:
        asked = words.tr("Asked for in cash this month")
        yield _line(asked, words.money(held.asked.amount), "aside", f"× {words.count(held.asked.count)}")
    if held.awaiting.count:
        waits = words.tr("Of it, waiting to be paid in cash")
        yield _line(
            waits, words.money(held.awaiting.amount), "aside", f"× {words.count(held.awaiting.count)}"
        )


def _chart(document: StatementDocument, words: Words) -> Row | None:
    """The bars of the month's own days; sales of earlier days are in the table."""
    first, last = map(date.fromisoformat, (document.first_day, document.last_day))
    up: Counter[int] = Counter()
    down: Counter[int] = Counter()
    for one in document.figures.days:
        if document.first_day <= one.day <= document.last_day:
            day = int(one.day.rpartition("-")[2])
            up[day] += one.premiums
            down[day] += one.reversals
    most = max((*up.values(), *down.values(), 0))
    if not most:
        return None
    best = max(up, key=lambda day: (up[day], -day))
    alt = words.tr(
        "Bars of the premiums of each day of {month}; the most on {day}: {amount}.",
        month=words.month(first),
        day=words.day(first.replace(day=best)),
        amount=words.money(up[best]),
    )
    bars = [
        {"day": day, "up": up[day] * FULL_BAR // most, "down": down[day] * FULL_BAR // most}
        for day in range(1, last.day + 1)
    ]
    return {
        "alt": alt,
        "bars": bars,
        "most": words.money(most),
        "has_down": any(down.values()),
        "deepest": max(bar["down"] for bar in bars),
        "up_label": words.tr("Premiums on your sales"),
        "down_label": words.tr("Premiums taken back by refunds"),
    }


def _entry(entry: Entry, words: Words) -> Row:
    label = words.tr(ENTRY_KINDS[entry.kind], project=entry.project, merchant=entry.merchant)
    reference = entry.reference[:SHORT_REFERENCE] + "…" if entry.reference else ""
    return {
        "day": words.short_day(entry.day),
        "what": label,
        "amount": words.figure(entry.amount),
        "premium": words.figure(entry.premium) if entry.premium else "",
        "reference": reference,
    }


def _cells(words: Words, sales: Sums, refunds: Sums, premium: int) -> Row:
    return {
        "sales": words.count(sales.count) if sales.count else "",
        "sold": words.figure(sales.amount) if sales.count else "",
        "refunds": words.count(refunds.count) if refunds.count else "",
        "refunded": words.figure(refunds.amount) if refunds.count else "",
        "premium": words.figure(premium),
    }


def _tills(document: StatementDocument, words: Words) -> Row | None:
    """Every till's days, as its own report has them, and the sums by till."""
    days = document.figures.days
    if not days:
        return None
    tills = sorted({one.till for one in days})
    sums = [_sum_row(words, [one for one in days if one.till == till], str(till)) for till in tills]
    if len(tills) > 1:
        sums.append(_sum_row(words, days, words.tr("All tills")))
    rows = [
        {
            "day": words.short_day(one.day),
            "late": one.late,
            "is_first": place == 0 or days[place - 1].day != one.day,
            "till": str(one.till),
            **_cells(
                words,
                _plus([one.sales, one.refused_sales]),
                _plus([one.refunds, one.refused_refunds]),
                one.premiums - one.reversals,
            ),
        }
        for place, one in enumerate(days)
    ]
    return {"rows": rows, "sums": sums}


def _sum_row(words: Words, days: Sequence[TillDay], label: str) -> Row:
    sales = _plus([sums for one in days for sums in (one.sales, one.refused_sales)])
    refunds = _plus([sums for one in days for sums in (one.refunds, one.refused_refunds)])
    premium = sum(one.premiums - one.reversals for one in days)
    return {"till": label, **_cells(words, sales, refunds, premium)}


def _plus(sums: Sequence[Sums]) -> Sums:
    return Sums(count=sum(one.count for one in sums), amount=sum(one.amount for one in sums))


def _refusals(document: StatementDocument, words: Words) -> list[Row]:
    return [
        {
            "day": words.short_day(one.day),
            "till": str(one.till),
            "what": words.tr("Refunds") if one.is_refund else words.tr("Sales"),
            "reason": words.tr(REASONS[one.reason]),
            "count": words.count(one.items.count),
            "amount": words.figure(one.items.amount),
        }
        for one in document.figures.refusals
    ]


def _notes(document: StatementDocument, words: Words) -> Iterator[str]:
    yield words.tr(
        "A movement belongs to the month in which the ledger recorded it, by the time of {zone}; it "
        "shows the day that the till gave it. What a till sends after the month’s end stands in the next "
        "statement.",
        zone=document.timezone,
    )
    if document.figures.days:
        yield words.tr(
            "Sales and refunds are those that your tills sent, refused ones included, so that you can "
            "compare each line with the till’s own report of that day."
        )
    if any(one.late for one in document.figures.days):
        yield words.tr("* A day before this month, recorded in it.")
    if document.taxes.lines:
        yield words.tr(
            "Each tax is computed once, on the month’s premiums together, and rounded to the nearest cent, "
            "halves up."
        )
    yield words.tr(
        "The balance of premiums is the one that the ledger holds at the end of block {block}, "
        "in the fund {fund}.",
        block=document.figures.last_block,
        fund=document.fund,
    )
