"""Errors of what the bank's lines confirm."""

from endogene_token.errors.bank import StatementError
from endogene_token.errors.input import InputError


class StatementAccountError(StatementError):
    what = "The bank statement is of the account {actual}; the fund's is {limit}."
    advice = "Export the statement of the fund's own account, or correct the account in bank.toml."


class StatementUnsetError(StatementError):
    what = "How this bank writes its CSV is not set: {limit} is missing."
    advice = "Write this file as the documentation shows, or export camt.053, which needs none."


class ConfirmError(InputError):
    what = "This cannot be confirmed: {actual}."
    advice = "Look at the queue of the bank's lines: endogene bank queue."


class UnknownBankLineError(ConfirmError):
    what = "No bank line, or more than one, begins with {actual}."
    advice = "Copy more of its identity from the queue: endogene bank queue."


class LineStateError(ConfirmError):
    what = "The bank line {line} is {actual}; for this it must be {limit}."
    advice = "Undo what was decided about it first, or look at it again: someone else was quicker."


class LineSentError(ConfirmError):
    what = "What the bank line {actual} confirms is on its way to the chain, or booked there."
    advice = "It cannot be undone: correct it by an entry of its own."


class PartSumError(ConfirmError):
    what = "The parts add up to {actual} cents; the bank line is {limit}."
    advice = "Share out the whole of the line; what belongs to nobody is a part kept aside."


class PartError(ConfirmError):
    what = "The line cannot confirm {actual}: {limit}."
    advice = "Choose another item, or set the line aside with a reason."


class CashAmountError(ConfirmError):
    what = "The bank paid {actual} cents for the cash request {number}, which is for {limit}."
    advice = "Undo the match and set the line aside: the chain pays the whole request or nothing."
