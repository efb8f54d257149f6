"""Why a bank gave a debit or a payment back, in few words, from the codes of Canada and of SEPA."""

from enum import StrEnum
from typing import Final

from endogene_token.i18n import mark, tr


class ReturnReason(StrEnum):
    """What a return means for who handles it; the bank's own code stays beside it in the records."""

    INSUFFICIENT_FUNDS = "insufficient-funds"
    FUNDS_NOT_CLEARED = "funds-not-cleared"
    STOPPED = "stopped"
    ACCOUNT_UNKNOWN = "account-unknown"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_BLOCKED = "account-blocked"
    DEBITS_NOT_ALLOWED = "debits-not-allowed"
    NAME_DIFFERS = "name-differs"
    CURRENCY_DIFFERS = "currency-differs"
    DECEASED = "deceased"
    NO_MANDATE = "no-mandate"
    OUTSIDE_MANDATE = "outside-mandate"
    MANDATE_REVOKED = "mandate-revoked"
    NOT_NOTIFIED = "not-notified"
    REFUSED_BY_PAYER = "refused-by-payer"
    REFUNDED_TO_PAYER = "refunded-to-payer"
    REFUSED_BY_PAYEE = "refused-by-payee"
    DUPLICATE = "duplicate"
    WRONG_DATE = "wrong-date"
    BANK_UNREACHABLE = "bank-unreachable"
    REGULATION = "regulation"
    FILE_FAULT = "file-fault"
    UNKNOWN = "unknown"

    @property
    def may_present_again(self) -> bool:
        """Whether the same debit may be sent once more as it is: only money was missing that day."""
        return self in {ReturnReason.INSUFFICIENT_FUNDS, ReturnReason.FUNDS_NOT_CLEARED}

    @property
    def ends_mandate(self) -> bool:
        """Whether no debit may follow until the payer signs anew."""
        return self in _ENDS_MANDATE

    def sentence(self, lang: str) -> str:
        """Return the reason in `lang`, as a sentence that says what to do."""
        return tr(_SENTENCES[self], lang)


_ENDS_MANDATE: Final = {
    ReturnReason.ACCOUNT_CLOSED,
    ReturnReason.ACCOUNT_UNKNOWN,
    ReturnReason.DEBITS_NOT_ALLOWED,
    ReturnReason.DECEASED,
    ReturnReason.NO_MANDATE,
    ReturnReason.MANDATE_REVOKED,
}

_SENTENCES: Final = {
    ReturnReason.INSUFFICIENT_FUNDS: mark(
        "The account did not hold enough money: agree on a day, then present it once more."
    ),
    ReturnReason.FUNDS_NOT_CLEARED: mark(
        "The money on the account was not yet available: present it once more in a few days."
    ),
    ReturnReason.STOPPED: mark("The payment was stopped or recalled: ask the other side why."),
    ReturnReason.ACCOUNT_UNKNOWN: mark("The bank does not find this account: ask for it again, on paper."),
    ReturnReason.ACCOUNT_CLOSED: mark("The account is closed: ask for another one and a new mandate."),
    ReturnReason.ACCOUNT_BLOCKED: mark("The account is blocked: ask its holder what to do."),
    ReturnReason.DEBITS_NOT_ALLOWED: mark(
        "This kind of account allows no debit: ask for another one and a new mandate."
    ),
    ReturnReason.NAME_DIFFERS: mark("The name is not that of the account: compare it with the mandate."),
    ReturnReason.CURRENCY_DIFFERS: mark("The account is in another currency: ask for another account."),
    ReturnReason.DECEASED: mark("The holder of the account has died: stop, and write to the estate."),
    ReturnReason.NO_MANDATE: mark("The payer's bank knows no mandate: have one signed before any debit."),
    ReturnReason.OUTSIDE_MANDATE: mark(
        "The debit was not what the mandate allows: compare amount and day with it."
    ),
    ReturnReason.MANDATE_REVOKED: mark("The payer has revoked the mandate: agree on another way to pay."),
    ReturnReason.NOT_NOTIFIED: mark(
        "The payer says that no notice came: show when it was sent, and send it anew."
    ),
    ReturnReason.REFUSED_BY_PAYER: mark("The payer refused the debit: ask for the reason."),
    ReturnReason.REFUNDED_TO_PAYER: mark(
        "The payer had the debit refunded, as SEPA allows within eight weeks: it is owed again."
    ),
    ReturnReason.REFUSED_BY_PAYEE: mark("The payee sent the payment back: ask which account to pay."),
    ReturnReason.DUPLICATE: mark("The bank holds it for a duplicate: look whether it was collected already."),
    ReturnReason.WRONG_DATE: mark("Its date is too old or too far away: make it again with another day."),
    ReturnReason.BANK_UNREACHABLE: mark(
        "The other bank cannot be reached this way: check the account, or agree on another way to pay."
    ),
    ReturnReason.REGULATION: mark("A rule of the other bank's country forbids it: ask your bank."),
    ReturnReason.FILE_FAULT: mark(
        "The bank could not read it: correct the field that it names, then send it."
    ),
    ReturnReason.UNKNOWN: mark("The bank gave no reason that is known here: ask it, with its code."),
}

# Payments Canada, Standard 007, 900 to 922; 906 and 913 are not given out. 990: the institution defaults.
_CANADA: Final = {
    "900": ReturnReason.FILE_FAULT,
    "901": ReturnReason.INSUFFICIENT_FUNDS,
    "902": ReturnReason.ACCOUNT_UNKNOWN,
    "903": ReturnReason.STOPPED,
    "904": ReturnReason.WRONG_DATE,
    "905": ReturnReason.ACCOUNT_CLOSED,
    "907": ReturnReason.DEBITS_NOT_ALLOWED,
    "908": ReturnReason.FUNDS_NOT_CLEARED,
    "909": ReturnReason.CURRENCY_DIFFERS,
    "910": ReturnReason.DECEASED,
    "911": ReturnReason.ACCOUNT_BLOCKED,
    "912": ReturnReason.ACCOUNT_UNKNOWN,
    "914": ReturnReason.NAME_DIFFERS,
    "915": ReturnReason.NO_MANDATE,
    "916": ReturnReason.OUTSIDE_MANDATE,
    "917": ReturnReason.MANDATE_REVOKED,
    "918": ReturnReason.NOT_NOTIFIED,
    "919": ReturnReason.OUTSIDE_MANDATE,
    "920": ReturnReason.MANDATE_REVOKED,
    "921": ReturnReason.NOT_NOTIFIED,
    "922": ReturnReason.REFUSED_BY_PAYEE,
    "990": ReturnReason.BANK_UNREACHABLE,
}

# ISO 20022 ExternalReturnReason1Code, as the EPC's guidance on R-transactions uses it.
_SEPA: Final = {
    "AC01": ReturnReason.ACCOUNT_UNKNOWN,
    "AC03": ReturnReason.ACCOUNT_UNKNOWN,
    "AC04": ReturnReason.ACCOUNT_CLOSED,
    "AC06": ReturnReason.ACCOUNT_BLOCKED,
    "AC13": ReturnReason.DEBITS_NOT_ALLOWED,
    "AG01": ReturnReason.DEBITS_NOT_ALLOWED,
    "AG02": ReturnReason.FILE_FAULT,
    "AM04": ReturnReason.INSUFFICIENT_FUNDS,
    "AM05": ReturnReason.DUPLICATE,
    "BE01": ReturnReason.NAME_DIFFERS,
    "BE04": ReturnReason.FILE_FAULT,
    "BE05": ReturnReason.FILE_FAULT,
    "CNOR": ReturnReason.BANK_UNREACHABLE,
    "CURR": ReturnReason.CURRENCY_DIFFERS,
    "DNOR": ReturnReason.BANK_UNREACHABLE,
    "DT01": ReturnReason.WRONG_DATE,
    "ED05": ReturnReason.BANK_UNREACHABLE,
    "FF01": ReturnReason.FILE_FAULT,
    "FF05": ReturnReason.FILE_FAULT,
    "MD01": ReturnReason.NO_MANDATE,
    "MD02": ReturnReason.FILE_FAULT,
    "MD06": ReturnReason.REFUNDED_TO_PAYER,
    "MD07": ReturnReason.DECEASED,
    "MS02": ReturnReason.REFUSED_BY_PAYER,
    "RC01": ReturnReason.BANK_UNREACHABLE,
    "RR01": ReturnReason.REGULATION,
    "RR02": ReturnReason.REGULATION,
    "RR03": ReturnReason.REGULATION,
    "RR04": ReturnReason.REGULATION,
    "SL01": ReturnReason.DEBITS_NOT_ALLOWED,
}


def canadian_reason(code: str) -> ReturnReason:
    """Return what a return code of Standard 007 ("901") means; UNKNOWN for a code not listed there."""
    return _CANADA.get(code, ReturnReason.UNKNOWN)


def sepa_reason(code: str) -> ReturnReason:
    """Return what a return code of ISO 20022 ("AM04") means; UNKNOWN for one of no SEPA scheme, and MS03."""
    return _SEPA.get(code, ReturnReason.UNKNOWN)
