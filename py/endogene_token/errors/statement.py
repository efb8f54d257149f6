"""Errors of the monthly statements."""

from endogene_token.errors.input import InputError


class MonthlyStatementError(InputError):
    what = "The statement cannot be given: {actual}."
    advice = "Check the merchant's number and the month."


class MonthError(MonthlyStatementError):
    what = "{actual} is not a month; a month is a year and a month, as in {limit}."
    advice = "Write the year, a hyphen and the month with two digits."


class MonthOpenError(MonthlyStatementError):
    what = "The month {actual} cannot be closed yet: the read model is complete up to {limit}."
    advice = "Wait until the month has ended and the indexer has read its last block, then issue again."


class MonthOrderError(MonthlyStatementError):
    what = "Statements of {actual} cannot be issued: the next month to issue is {limit}."
    advice = "Issue the months one after the other, so that each opens with what the one before left."


class UnknownStatementError(MonthlyStatementError):
    what = "No statement of merchant {actual} was issued for {limit}."
    advice = "Ask for the list of its statements; the treasurer issues those of a month once it has ended."
