"""Errors of mandates, payees and runs: what is asked of the bank."""

from endogene_token.errors.input import InputError


class CollectError(InputError):
    what = "It cannot be collected or paid: {actual}."
    advice = "Look at the run and its merchants, then try again."


class BankSettingsError(CollectError):
    what = "The settings of the bank, {limit}, lack {actual}."
    advice = "Write bank.toml into the data folder, with what the bank assigned to you."


class UnknownMandateError(CollectError):
    what = "There is no mandate {actual}."
    advice = "Ask for the list of mandates."


class MandateHeldError(CollectError):
    what = "Merchant {actual} has the mandate {limit} already."
    advice = "End it first, if the new one takes its place."


class MandateTakenError(CollectError):
    what = "The reference {actual} is another mandate's."
    advice = "Give each mandate a reference of its own, for good: banks recognise it by that."


class MandateEndedError(CollectError):
    what = "The mandate {actual} has ended: {limit}."
    advice = "Cancel the run and draft it again, or have a new mandate signed first."


class MandateSchemeError(CollectError):
    what = "A mandate for {actual} does not fit: the settings of the bank are for {limit}."
    advice = "Have a mandate of this scheme signed, or correct bank.toml."


class UnknownPayeeError(CollectError):
    what = "There is no payee {actual}."
    advice = "Ask for the list of payees."


class PayeeHeldError(CollectError):
    what = "{actual} is paid on the account of payee {limit} already."
    advice = "End that payee first, if the account has changed."


class PayeeEndedError(CollectError):
    what = "The payee {actual} has ended: {limit}."
    advice = "Cancel the run and draft it again, once another account is known."


class UnknownRunError(CollectError):
    what = "There is no run {actual}."
    advice = "Ask for the list of runs."


class RunEmptyError(CollectError):
    what = "There is nothing to ask of the bank for {actual}."
    advice = "Look at what the draft lists: who pays by transfer, and who owes nothing."


class RunStateError(CollectError):
    what = "The run {number} is {actual}; it must be {limit}."
    advice = "Look at the run: somebody may have gone on with it meanwhile."


class DrafterApprovesError(CollectError):
    what = "{actual} drafted the run {limit} and cannot approve it."
    advice = "Have another officer look at it and approve it: two persons stand behind each file."


class MonthUnissuedError(CollectError):
    what = "The statements of {actual} are not issued."
    advice = "Issue them first: what is collected is what they say."


class CollectionNoticeError(CollectError):
    what = "{actual} is too early: notice and bank allow {limit} at the earliest."
    advice = "Choose that day or a later one on which banks clear."


class CutOffError(CollectError):
    what = "The bank takes a file for {actual} until {limit} only."
    advice = "Cancel the run and draft it again for a later day."


class FileOrderError(CollectError):
    what = "The file {actual} is not the one whose turn it is: that is {limit}."
    advice = "Banks refuse a gap: hand the files in, in their order, and cancel the last one first."


class PayDayError(CollectError):
    what = "{actual} is no day to pay on; the first one is {limit}."
    advice = "Choose that day or a later one on which banks clear."


class InstalmentError(CollectError):
    what = "An instalment of {actual} for redemption {number} is not possible: {limit} are left."
    advice = "Choose at least one cent, and at most what is left."


class NotAwaitedError(CollectError):
    what = "{limit} is for {actual}, which nobody awaits any more: it was paid, dropped or set off meanwhile."
    advice = "Cancel the run and draft it again."


class ItemStateError(CollectError):
    what = "The item {reference} is {actual} in this run; it must be {limit}."
    advice = "Look at the run: the bank may have told of it meanwhile."


class ItemDayError(CollectError):
    what = "The bank may still carry out {reference}: its day is {limit}, and today is {actual}."
    advice = "Wait until that day has passed, and the bank's statement of it has come."
