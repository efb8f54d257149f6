"""Errors of what a caller, a file or a setting gave."""

from endogene_token.errors.base import EndogeneError


class InputError(EndogeneError):
    what = "What was given cannot be used: {actual}."
    advice = "Correct it and try again."


class AmountError(InputError):
    what = "The amount {field} is {actual}; it must be a whole number of cents from 0 to {limit}."
    advice = "Give the amount in cents, as an integer or as a string of digits."


class ZeroSaleError(AmountError):
    what = "The amount is {actual}: there is nothing to record."
    advice = "Give the amount paid or refunded, in cents, from 1 up."


class RateError(InputError):
    what = "The rate is {actual} basis points; it must be a whole number from 0 to {limit}."
    advice = "Give the rate in basis points: 280 stands for 2.8 %."


class SplitError(InputError):
    what = "The split sends {actual} basis points to operations and to the reserve; the limit is {limit}."
    advice = "Give two whole numbers, none negative, whose sum leaves something or nothing to the member."


class RangeError(InputError):
    what = "{field} is {actual}; it must be a whole number from {least} to {limit}."
    advice = "Correct this number and try again."


class LengthError(InputError):
    what = "{field} is {actual} bytes long; it must be exactly {limit}."
    advice = "Give the whole value, neither cut nor padded."


class AddressError(InputError):
    what = "{actual} is not an address; an address is 0x and {limit} hexadecimal digits."
    advice = "Copy the address whole from the file that the deployment wrote."


class TextError(InputError):
    what = "{field} holds a character that UTF-8 cannot write: {actual}."
    advice = "Remove this character and try again."


class DayError(InputError):
    what = "The day {actual} cannot be recorded; days are counted from 1970-01-01, up to {limit}."
    advice = "Check the date of the purchase and the clock of the till."


class BatchSizeError(InputError):
    what = "The batch holds {actual} items; it must hold from 1 to {limit}."
    advice = "Send several smaller batches, one after the other: the sequence goes on from one to the next."


class PurchaseIdError(InputError):
    what = "{actual} is not the id of a purchase; an id is a till and a sequence, as in {limit}."
    advice = "Copy the id from the answer that accepted the purchase."


class UnknownPurchaseError(InputError):
    what = "No purchase {actual} is known here."
    advice = "Check the id; a purchase that the till has just sent can take a moment to appear."


class DuplicateError(InputError):
    what = "The idempotency key {actual} already served another request."
    advice = "Use a new key for each new request; repeat a key only with the very same request."


class ReceiptTakenError(DuplicateError):
    what = "The receipt number {actual} is already that of another sale of this till: {limit}."
    advice = "Give each sale its own number; repeat a number only with the very same sale."


class ReceiptNumberError(InputError):
    what = "The receipt number {actual} cannot be used; it must be a text of 1 to {limit} characters."
    advice = "Give the number that the till printed on the receipt."


class ReceiptErasedError(InputError):
    what = "The salt of the receipt {actual} was erased: nobody can tie it to the ledger any more."
    advice = "This is what erasing does; the amounts on the ledger stand."


class StillWaitingError(InputError):
    what = "Of {limit} lines, {actual} are accepted and not on the ledger yet."
    advice = "Look why they are held (suspended merchant, exposure limit), then run the same import again."


class RateDiffersError(InputError):
    what = "Merchant {merchant} stands at {limit} basis points, not {actual}."
    advice = "Leave the rate out; to change it, have the registrar announce the change."


class UnknownCustomerError(InputError):
    what = "The customer {actual} is no member."
    advice = "Enrol the customer, or run the import again with the option that enrols unknown customers."


class NotRefusedError(InputError):
    what = "The sale {actual} is {limit}; only a refused sale is recorded again."
    advice = "Ask for its status: what is on its way arrives by itself, and what is recorded stays."


class NothingToSettleError(InputError):
    what = "There is nothing to settle for merchant {actual}: it owes no premium."
    advice = "Check the number of the merchant and the month; a payment ahead needs its amount."


class SettingError(InputError):
    what = "The setting {field} cannot be {actual}: {limit}."
    advice = "Correct this setting, on the command line or in the environment, and start again."


class ReturnError(InputError):
    what = "This return cannot be recorded: {actual}."
    advice = "Check which purchase it refunds."


class ReturnWithoutPurchaseError(ReturnError):
    what = "The return {actual} does not say which purchase it refunds, or that purchase was never recorded."
    advice = "Name the recorded purchase that it refunds; without one, there is no premium to undo."


class AlreadyReturnedError(ReturnError):
    what = "The purchase {actual} has already been returned in full."
    advice = "Check whether this return was recorded twice; if it refunds another purchase, name that one."


class ReturnTooLargeError(ReturnError):
    what = "The return is {actual} cents, and only {limit} cents are left of its purchase."
    advice = "Return at most what is left of the purchase; a refund of several purchases is several returns."


class WindowClosedError(ReturnError):
    what = "The return comes {actual} days after its purchase; the rulebook allows {limit}."
    advice = "The premium stands; if the refund is due all the same, ask the treasurer of the community."


class JournalError(InputError):
    what = "The journal cannot be read: {actual}."
    advice = "Export it again from the till, as CSV in UTF-8."


class JournalMissingError(JournalError):
    what = "There is no journal that can be opened at {actual}."
    advice = "Check the path and the right to read the file."


class JournalChangedError(JournalError):
    what = "This journal is not the one whose import began: its fingerprint is {actual}, it was {limit}."
    advice = "Finish with the file that was begun, or import the other one into another folder."


class HeaderError(JournalError):
    what = "The first line of the journal is {actual}; it must be {limit}."
    advice = "Put the names of the columns on the first line, in this order, separated by commas."


class ColumnCountError(JournalError):
    what = "Line {line} has {actual} columns; it must have {limit}."
    advice = "Look on this line for a comma too many, or for quotes left open."


class NumberError(JournalError):
    what = "On line {line}, {column} is {actual}; it must be a whole number of at most {limit}."
    advice = "Write amounts in cents, without a decimal point, a space or a currency sign."


class MomentError(JournalError):
    what = "On line {line}, {actual} is not a date and time such as {limit}."
    advice = "Write the date first, year before month before day, then the time."


class KindError(JournalError):
    what = "On line {line}, the kind is {actual}; it must be one of: {limit}."
    advice = "Correct the kind, and check that a sale is positive and a return negative."


class EncodingError(JournalError):
    what = "Line {line} is not in {limit}: it holds the byte {actual}."
    advice = "Save the journal again as UTF-8, and check that its accents are right."


class LineTooLongError(JournalError):
    what = "Line {line} has {actual} bytes or more; the limit is {limit}."
    advice = "Check that the file is a journal in CSV, with one invoice per line."


class DuplicateInvoiceError(JournalError):
    what = "On line {line}, the invoice {actual} appears again; it was on line {limit}."
    advice = "Give each invoice its own number; only the first line of this one counts."
