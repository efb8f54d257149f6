"""SEPA credit transfers: pain.001, written by sepaxml."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sepaxml import SepaTransfer  # type: ignore[import-untyped]

from endogene_token.errors import BankFieldError
from endogene_token.treasury.bankfiles.sepa import (
    CURRENCY,
    Payment,
    SepaAccount,
    check_file,
    finish,
    holder,
    told,
)

PAIN_001: Final = "pain.001.001.09"  # of the SEPA rulebooks since March 2024
PAIN_001_OLD: Final = "pain.001.001.03"  # what some banks still ask for


def write_pain001(
    payer: SepaAccount, message: str, created: datetime, payments: Iterable[Payment], schema: str = PAIN_001
) -> bytes:
    """Return the file `message` (its unique identification, at most 30) of `payments`, as UTF-8.

    One group for each day. The payer's BIC is needed. Raises BankFileEmptyError, BankFieldError,
    BankTextError, BankReferenceTwiceError, and BankSchemaError when the result breaks the schema.
    """
    payments = list(payments)
    check_file(message, (payment.reference for payment in payments))
    if schema not in {PAIN_001, PAIN_001_OLD}:
        raise BankFieldError(field="schema", actual=schema, limit=f"{PAIN_001}, {PAIN_001_OLD}")
    if payer.bic is None:  # sepaxml would leave an empty element, which banks reject
        raise BankFieldError(field="BIC", actual=None, limit="BIC (8, 11)")
    writer = SepaTransfer({**holder(payer), "batch": True, "currency": CURRENCY}, schema=schema, clean=False)
    for payment in payments:
        writer.add_payment(
            {
                **holder(payment.creditor),
                "amount": payment.amount,
                "execution_date": payment.day,
                "description": told(payment.text),
                "endtoend_id": payment.reference,
            }
        )
    return finish(writer.export(validate=False), schema, message, created)
