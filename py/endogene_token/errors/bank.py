"""Errors of files for the bank, of the bank's statements, and of the dates of collections."""

from endogene_token.errors.input import InputError


class BankFileError(InputError):
    what = "The file for the bank cannot be made: {actual}."
    advice = "Correct what it names, then make the file again: nothing has been sent."


class BankFieldError(BankFileError):
    what = "In the file for the bank, {field} is {actual}; it must be {limit}."
    advice = "Correct this field as the bank assigned it, or as the mandate has it."


class BankAccountError(BankFileError):
    what = "{actual} is no {limit}: its length, its letters or its check digits are wrong."
    advice = "Ask its holder for it again and copy it from the bank's own paper."


class BankAmountError(BankFileError):
    what = "The amount for {reference} is {actual} cents; a bank carries 1 to {limit}."
    advice = "Correct the amount, or split it over several payments."


class BankTextError(BankFileError):
    what = "Nothing of {field}, {actual}, can be written in the letters of the bank: {limit}."
    advice = "Give this name in Latin letters."


class BankDateError(BankFileError):
    what = "In the file for the bank, {field} is {actual}; it must be within {limit}."
    advice = "Choose another date, or make the file on another day."


class BankFileEmptyError(BankFileError):
    what = "There is nothing to write: {actual} payments are a file for no bank."
    advice = "Choose what is to be collected or paid first."


class BankFileFullError(BankFileError):
    what = "The total {field} is {actual}; the file has room for {limit}."
    advice = "Make several files, each with its own number."


class BankReferenceTwiceError(BankFileError):
    what = "The reference {actual} stands twice in one file for the bank."
    advice = "Give each payment a reference of its own: it is how its return is recognised."


class BankSchemaError(BankFileError):
    what = "The file breaks the schema {limit}: {actual}."
    advice = "Correct the field that it names; if there is none, report it: the file was not written."


class CalendarRangeError(InputError):
    what = "The bank days of the year {actual} are not known; they are for {limit}."
    advice = "Check the date."


class StatementError(InputError):
    what = "The bank statement cannot be read: {actual}."
    advice = "Export it again from the bank, as camt.053 or as CSV; nothing was imported."


class StatementTooLargeError(StatementError):
    what = "The bank statement has {actual} bytes; the limit is {limit}."
    advice = "Export a shorter time, in several files: lines that come twice are counted once."


class StatementElementsError(StatementError):
    what = "The bank statement has {actual} elements or more; the limit is {limit}."
    advice = "Export a shorter time, in several files: lines that come twice are counted once."


class StatementXmlError(StatementError):
    what = "The bank statement is not well-formed XML: {actual}, at {limit}."
    advice = "Download it again: it was cut or changed on the way."


class StatementDoctypeError(StatementError):
    what = "The bank statement declares a document type, {actual}: none is allowed."
    advice = "Do not open it: no bank sends this, and such files are made to harm. Download it again."


class StatementDepthError(StatementError):
    what = "The bank statement nests {actual} elements or more; the limit is {limit}."
    advice = "Do not open it: no bank sends this. Download it again."


class StatementKindError(StatementError):
    what = "The file is {actual}; expected: {limit}."
    advice = "Choose camt.053 (end-of-day statement) where the bank offers several formats."


class StatementFieldError(StatementError):
    what = "In the bank statement, {field} is {actual}; it must be {limit}."
    advice = "Ask the bank to correct its statement, or enter this one by hand."


class StatementCurrencyError(StatementError):
    what = "An entry of the bank statement is in {actual}; the account is in {limit}."
    advice = "Enter this statement by hand: money of two currencies is never added."


class StatementBalanceError(StatementError):
    what = "The statement's entries lead to {actual} cents; its closing balance is {limit}."
    advice = "Download it again: entries are missing or stand twice."


class StatementEncodingError(StatementError):
    what = "The bank statement is not in {limit}: it holds the byte {actual}."
    advice = "Choose the other encoding, and check that the accents are right."


class StatementColumnError(StatementError):
    what = "The bank statement has no column {actual}; its columns are: {limit}."
    advice = "Choose the column that holds this, and check the separator."


class StatementRowError(StatementError):
    what = "On line {line} of the bank statement, {column} is {actual}; it must be {limit}."
    advice = "Correct this line, or the layout; the other lines are not concerned."


class StatementLayoutError(StatementError):
    what = "In the layout of the bank's CSV, {field} is {actual}; it must be {limit}."
    advice = "Correct the layout: it is set once for each bank."
