"""The bank's end-of-day statement, camt.053 of ISO 20022, in its versions 02 and 08.

One line for each booked movement. An entry that holds several transactions becomes one line each when the
bank tells their amounts and they add up to the entry; otherwise it stays one line, which a person matches.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from babel.numbers import get_currency_precision

from endogene_token.errors import (
    StatementBalanceError,
    StatementCurrencyError,
    StatementFieldError,
    StatementKindError,
)
from endogene_token.treasury.bankstatements.amounts import LARGEST, minor_units
from endogene_token.treasury.bankstatements.lines import LARGEST_FILE, StatementLine, numbered, tidy
from endogene_token.treasury.bankstatements.safe_xml import parse_xml

VERSIONS: Final = ("camt.053.001.02", "camt.053.001.08")
_SPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_NOT_GIVEN: Final = {"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAIL"}
_SIGNS: Final = {"CRDT": 1, "DBIT": -1}
_STATUSES: Final = ("BOOK", "PDNG", "INFO", "FUTR")


@dataclass(frozen=True, slots=True)
class Statement:
    """What the bank states of one account; balances in minor units, None where it states none."""

    account: str
    currency: str
    identifier: str
    page: str
    opening: int | None
    closing: int | None
    lines: tuple[StatementLine, ...]
    unbooked: int  # entries that are only announced: they come again when they are booked


def read_camt053(raw: bytes, largest: int = LARGEST_FILE) -> tuple[Statement, ...]:
    """Return the statements of a file; a statement that stands twice in it counts once.

    Raises a StatementError: StatementKindError for another message, StatementFieldError for a value that
    the message does not allow, StatementCurrencyError, StatementBalanceError when the booked entries do not
    lead from the opening to the closing balance, and those of `parse_xml`.
    """
    namespace, root = parse_xml(raw, largest)
    kind = namespace.removeprefix(_SPACE)
    if kind not in VERSIONS or root.tag != "Document" or root.find("BkToCstmrStmt") is None:
        raise StatementKindError(actual=kind or root.tag, limit=", ".join(VERSIONS))
    found = dict.fromkeys(_statement(element) for element in root.findall("BkToCstmrStmt/Stmt"))
    lines = iter(list(numbered(line for statement in found for line in statement.lines)))
    return tuple(replace(statement, lines=tuple(next(lines) for _ in statement.lines)) for statement in found)


def _statement(element: ET.Element) -> Statement:
    account = _first(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id").replace(" ", "")
    if not account:
        raise StatementFieldError(field="Acct/Id", actual="", limit="IBAN, Othr/Id")
    entries = element.findall("Ntry")
    booked = [entry for entry in entries if _status(entry) == "BOOK"]
    currency = _currency(element)
    statement = Statement(
        account=account,
        currency=currency,
        identifier=_first(element, "Id"),
        page=_first(element, "StmtPgntn/PgNb"),
        opening=_balance(element, currency, ("OPBD", "PRCD"), last=False),
        closing=_balance(element, currency, ("CLBD",), last=True),
        lines=tuple(line for entry in booked for line in _entry(entry, account, currency)),
        unbooked=len(entries) - len(booked),
    )
    if _first(element, "StmtPgntn/LastPgInd") != "false" and statement.page.lstrip("0") in {"", "1"}:
        _check_balances(statement)
    return statement


def _check_balances(statement: Statement) -> None:
    if statement.opening is None or statement.closing is None:
        return
    reached = statement.opening + sum(line.amount for line in statement.lines)
    if reached != statement.closing:
        raise StatementBalanceError(actual=reached, limit=statement.closing)


def _balance(element: ET.Element, currency: str, kinds: tuple[str, ...], last: bool) -> int | None:
    """Return the first or last balance of the first of `kinds` that is stated, or None.

    An interim one (of a page) is none: it belongs to no whole statement.
    """
    for kind in kinds:
        stated = [
            (_day(balance, "Dt") or date.min, _signed(balance, currency))
            for balance in element.findall("Bal")
            if _first(balance, "Tp/CdOrPrtry/Cd") == kind and _first(balance, "Tp/SubTp/Cd") != "INTM"
        ]
        if stated:
            ordered = sorted(stated, key=lambda one: one[0])
            return ordered[-1 if last else 0][1]
    return None


def _entry(entry: ET.Element, account: str, currency: str) -> Iterator[StatementLine]:
    amount, valued = _signed(entry, currency), _day(entry, "ValDt")
    booked = _day(entry, "BookgDt") or valued
    if booked is None:
        raise StatementFieldError(field="BookgDt", actual="", limit="2026-12-31")
    whole = StatementLine(
        account=account,
        booked=booked,
        amount=amount,
        currency=currency,
        valued=valued,
        bank_reference=_reference(entry, "AcctSvcrRef"),
        entry="" if _reference(entry, "AcctSvcrRef") else _reference(entry, "NtryRef"),
        text=tidy(entry.findtext("AddtlNtryInf")),
    )
    parts = entry.findall("NtryDtls/TxDtls")
    told = sum(map(_transactions, entry.findall("NtryDtls")))
    if told == len(parts) == 1:
        yield _detailed(whole, parts[0])
        return
    amounts = [_part_amount(part, entry, currency) for part in parts]
    known = [one for one in amounts if one is not None]
    if parts and len(known) == len(parts) == told and sum(known) == amount:
        for part, one in zip(parts, known, strict=True):
            yield _detailed(replace(whole, amount=one), part)
        return
    yield replace(whole, parts=max(told, 1))


def _transactions(details: ET.Element) -> int:
    """Return how many transactions a part of an entry stands for, told one by one or only counted."""
    counted = [_count(one) for one in details.findall("Btch/NbOfTxs")]
    return max(len(details.findall("TxDtls")), sum(counted))


def _detailed(line: StatementLine, part: ET.Element) -> StatementLine:
    """Return `line` with what one transaction tells: references, the other side, why it came back."""
    returned = _first(part, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    # A returned debit leaves our account, yet its debtor is still who owes.
    other = "Dbtr" if (line.amount > 0) != bool(returned) else "Cdtr"
    texts = [tidy(one.text) for one in part.findall("RmtInf/Ustrd")]
    asked = part.find("AmtDtls/InstdAmt/Amt")
    instructed = None
    if asked is not None and asked.get("Ccy") == line.currency:
        instructed = _amount(asked, line.currency)
    return replace(
        line,
        bank_reference=line.bank_reference or _reference(part, "Refs/AcctSvcrRef"),
        end_to_end=_reference(part, "Refs/EndToEndId"),
        mandate=_reference(part, "Refs/MndtId"),
        name=_first(part, f"RltdPties/{other}/Pty/Nm", f"RltdPties/{other}/Nm"),
        other_account=_first(
            part, f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id"
        ).replace(" ", ""),
        text=tidy(" ".join(texts)) or _first(part, "RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf") or line.text,
        return_code=returned,
        instructed=None if instructed == abs(line.amount) else instructed,
    )


def _part_amount(part: ET.Element, entry: ET.Element, currency: str) -> int | None:
    """Return what one transaction of an entry moved: version 08 says it, 02 only among its details."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        told = part.find(path)
        if told is not None and told.get("Ccy") == currency:
            return _sign(part if part.find("CdtDbtInd") is not None else entry) * _amount(told, currency)
    return None


def _signed(element: ET.Element, currency: str) -> int:
    told = element.find("Amt")
    if told is None:
        raise StatementFieldError(field="Amt", actual="", limit="0.00")
    if told.get("Ccy") != currency:
        raise StatementCurrencyError(actual=told.get("Ccy"), limit=currency)
    return _sign(element) * _amount(told, currency)


def _amount(element: ET.Element, currency: str) -> int:
    told = tidy(element.text)
    amount = minor_units(told, get_currency_precision(currency))
    if amount is None or not told[:1].isdigit() or not told[-1:].isdigit():  # no sign: CdtDbtInd is it
        raise StatementFieldError(field="Amt", actual=told, limit=f"0.00 – {LARGEST} (/100)")
    return amount


def _sign(element: ET.Element) -> int:
    told = _first(element, "CdtDbtInd")
    if told not in _SIGNS:
        raise StatementFieldError(field="CdtDbtInd", actual=told, limit=", ".join(_SIGNS))
    return _SIGNS[told]


def _day(element: ET.Element, path: str) -> date | None:
    """Return the day under `path`, a date or a moment as the bank's own clock had it; None when absent."""
    told = _first(element, f"{path}/Dt", f"{path}/DtTm")
    if not told:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}([TZ+-].*)?", told, re.ASCII):
            raise ValueError(told)
        return date.fromisoformat(told[:10])
    except ValueError as wrong:
        raise StatementFieldError(field=path, actual=told, limit="2026-12-31") from wrong


def _count(element: ET.Element) -> int:
    told = tidy(element.text)
    if not re.fullmatch("[0-9]{1,15}", told, re.ASCII):
        raise StatementFieldError(field="NbOfTxs", actual=told, limit="0-9")
    return int(told)


def _currency(element: ET.Element) -> str:
    """Return the currency of the account; a statement that does not say it has that of its first amount."""
    amount = element.find(".//Amt")
    told = _first(element, "Acct/Ccy") or (amount.get("Ccy", "") if amount is not None else "")
    if not re.fullmatch("[A-Z]{3}", told, re.ASCII):
        raise StatementFieldError(field="Acct/Ccy", actual=told, limit="CAD, EUR")
    return told


def _status(entry: ET.Element) -> str:
    told = _first(entry, "Sts/Cd", "Sts")
    if told not in _STATUSES:
        raise StatementFieldError(field="Sts", actual=told, limit=", ".join(_STATUSES))
    return told


def _reference(element: ET.Element, *paths: str) -> str:
    told = _first(element, *paths)
    return "" if told.upper() in _NOT_GIVEN else told


def _first(element: ET.Element, *paths: str) -> str:
    """Return the text at the first of `paths` that has one, on one line, or an empty text."""
    return next((text for path in paths if (text := tidy(element.findtext(path)))), "")
