"""What the books can refuse: a chart of accounts that is not whole, a year that is not there."""

from endogene_token.errors.input import InputError


class ChartError(InputError):
    what = "The chart of accounts cannot be used: {actual}."
    advice = "Correct the chart; the ones that come with the program show every line that it needs."


class ChartMissingError(ChartError):
    what = "No chart of accounts can be opened at {actual}."
    advice = "Check the path, or name one of those that come with the program: {limit}."


class ChartFormatError(ChartError):
    what = "The chart of accounts {place} does not read: {actual}."
    advice = "Compare it with the charts that come with the program."


class PocketWithoutAccountError(ChartError):
    what = "The pocket {actual} has no account in the chart {limit}."
    advice = "Give it one under [pockets]: every cent of the fund is in a pocket, and must be in the books."


class FlowWithoutAccountError(ChartError):
    what = "The flow {actual} has no account in the chart {limit}."
    advice = "Give it one under [flows]; it may be the account of the pocket that it moves."


class AccountUnknownError(ChartError):
    what = "The account {actual} of {limit} is not among the accounts of the chart."
    advice = "Add it under [accounts], with its French and its English name."


class AccountSharedError(ChartError):
    what = "The account {actual} would serve two pockets: {limit}."
    advice = "Give each pocket accounts of its own, so that the books and the chain can be compared."


class BooksError(InputError):
    what = "The books cannot be drawn up: {actual}."
    advice = "Check what was asked for."


class YearEmptyError(BooksError):
    what = "The books hold nothing of the fiscal year {actual}; they hold: {limit}."
    advice = "Name a fiscal year by the calendar year in which it ends."


class BooksDateError(BooksError):
    what = "{actual} is not a date such as {limit}."
    advice = "Write the year first, then the month, then the day."


class BooksFileError(BooksError):
    what = "The file {actual} cannot be read or written."
    advice = "Check the path and your right to it; nothing else was changed."


class SirenError(BooksError):
    what = "{actual} is not a SIREN number; one has {limit} digits, of which the last checks the others."
    advice = "Copy it from the entry of the cooperative in the register of companies."


class FecFaultError(BooksError):
    what = "The file of accounting entries breaks {actual} rules; it may break {limit}."
    advice = "Look at the list of what is wrong, line by line, and export the file again."
