"""Builders of camt.053 messages for tests, in the element order of the two versions' schemas."""

from xml.sax.saxutils import escape

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
IBAN = "FR1420041010050500013M02606"


def money(cents: int, currency: str = "EUR") -> str:
    """Return an unsigned amount and its direction, as ISO 20022 orders them."""
    sign = "CRDT" if cents >= 0 else "DBIT"
    return (
        f'<Amt Ccy="{currency}">{abs(cents) // 100}.{abs(cents) % 100:02}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    )


def balance(kind: str, cents: int, day: str = "2026-11-23") -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{money(cents)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def part(
    version: str,
    end_to_end: str,
    cents: int | None = None,
    *,
    mandate: str = "",
    debtor: str = "",
    creditor: str = "",
    text: str = "",
    reason: str = "",
    asked: int | None = None,
    reference: str = "",
) -> str:
    """Return one TxDtls; version 02 tells amounts among the details, 08 beside them."""
    refs = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    refs += f"<EndToEndId>{escape(end_to_end)}</EndToEndId>"
    refs += f"<MndtId>{escape(mandate)}</MndtId>" if mandate else ""
    inside = ""
    if asked is not None:
        inside += f'<InstdAmt><Amt Ccy="EUR">{asked // 100}.{asked % 100:02}</Amt></InstdAmt>'
    amount = ""
    if cents is not None and version == "08":
        amount = money(cents)
    elif cents is not None:
        inside += f'<TxAmt><Amt Ccy="EUR">{abs(cents) // 100}.{abs(cents) % 100:02}</Amt></TxAmt>'
    details = f"<AmtDtls>{inside}</AmtDtls>" if inside else ""
    parties = "".join(
        f"<{role}><Pty><Nm>{escape(name)}</Nm></Pty></{role}>"
        if version == "08"
        else f"<{role}><Nm>{escape(name)}</Nm></{role}>"
        for role, name in (("Dbtr", debtor), ("Cdtr", creditor))
        if name
    )
    return (
        f"<TxDtls><Refs>{refs}</Refs>{amount}{details}"
        + (f"<RltdPties>{parties}</RltdPties>" if parties else "")
        + (f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf>" if text else "")
        + (f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else "")
        + "</TxDtls>"
    )


def entry(
    version: str,
    cents: int,
    *parts: str,
    status: str = "BOOK",
    reference: str = "",
    day: str = "2026-11-23",
    batch: int = 0,
    text: str = "",
) -> str:
    told = f"<Cd>{status}</Cd>" if version == "08" else status
    details = (f"<Btch><NbOfTxs>{batch}</NbOfTxs></Btch>" if batch else "") + "".join(parts)
    return (
        f"<Ntry>{money(cents)}<Sts>{told}</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        + (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "")
        + "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
        + (f"<NtryDtls>{details}</NtryDtls>" if details else "")
        + (f"<AddtlNtryInf>{escape(text)}</AddtlNtryInf>" if text else "")
        + "</Ntry>"
    )


def statement(*inside: str, identifier: str = "S1", account: str = IBAN, before: str = "") -> str:
    return (
        f"<Stmt><Id>{identifier}</Id>{before}<CreDtTm>2026-11-23T20:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{''.join(inside)}</Stmt>"
    )


def camt(version: str, *statements: str) -> bytes:
    head = "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-23T20:00:00</CreDtTm></GrpHdr>"
    body = f"<BkToCstmrStmt>{head}{''.join(statements)}</BkToCstmrStmt>"
    document = f'<Document xmlns="{SPACE}{version}">{body}</Document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()
