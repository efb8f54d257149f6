"""SEPA direct debits: pain.008, written by sepaxml."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sepaxml import SepaDD  # type: ignore[import-untyped]

from endogene_token.errors import BankFieldError
from endogene_token.treasury.bankfiles.sepa import (
    CURRENCY,
    Debit,
    SepaAccount,
    check_creditor_identifier,
    check_file,
    finish,
    holder,
    told,
)

PAIN_008: Final = "pain.008.001.08"  # of the SEPA rulebooks since March 2024
PAIN_008_OLD: Final = "pain.008.001.02"  # what some banks still ask for; needs the creditor's BIC
INSTRUMENTS: Final = ("CORE", "B2B")


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who collects: the account, the SEPA creditor identifier, and the scheme (CORE, or B2B by contract)."""

    account: SepaAccount
    identifier: str
    instrument: str = "CORE"

    def __post_init__(self) -> None:
        check_creditor_identifier(self.identifier)
        if self.instrument not in INSTRUMENTS:
            raise BankFieldError(field="instrument", actual=self.instrument, limit=", ".join(INSTRUMENTS))


def write_pain008(
    creditor: Creditor, message: str, created: datetime, debits: Iterable[Debit], schema: str = PAIN_008
) -> bytes:
    """Return the file `message` (its unique identification, at most 30) of `debits`, as UTF-8.

    One group for each sequence type and day. Raises BankFileEmptyError, BankFieldError, BankTextError,
    BankReferenceTwiceError, and BankSchemaError when the result breaks the schema.
    """
    debits = list(debits)
    check_file(message, (debit.reference for debit in debits))
    if schema not in {PAIN_008, PAIN_008_OLD}:
        raise BankFieldError(field="schema", actual=schema, limit=f"{PAIN_008}, {PAIN_008_OLD}")
    if schema == PAIN_008_OLD and creditor.account.bic is None:
        raise BankFieldError(field="BIC", actual=None, limit="BIC (8, 11)")
    writer = SepaDD(
        {
            **holder(creditor.account),
            "batch": True,
            "creditor_id": creditor.identifier,
            "currency": CURRENCY,
            "instrument": creditor.instrument,
        },
        schema=schema,
        clean=False,
    )
    for debit in debits:
        writer.add_payment(
            {
                **holder(debit.debtor),
                "amount": debit.amount,
                "type": debit.sequence.value,
                "collection_date": debit.day,
                "mandate_id": debit.mandate.reference,
                "mandate_date": debit.mandate.signed,
                "description": told(debit.text),
                "endtoend_id": debit.reference,
            }
        )
    return finish(writer.export(validate=False), schema, message, created)
