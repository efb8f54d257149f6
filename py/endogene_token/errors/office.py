"""Errors of the cooperative's office: cards, telephone numbers, keys of the API, its trail.

None of them repeats a card number, a telephone number or a key: they go to logs and screens.
"""

from endogene_token.errors.input import InputError
from endogene_token.errors.request import RequestError
from endogene_token.errors.system import SetupError, StoreError


class OfficeError(InputError):
    what = "The office cannot do this: {actual}."
    advice = "Check the numbers that were given, and ask the registrar of the community."


class CardNumberError(OfficeError):
    what = "This is no card number: it has {actual} of {limit} letters and digits, or one was misread."
    advice = "Read the card again, letter by letter; the number is under the square code."


class UnknownCardError(OfficeError):
    what = "No member holds this card."
    advice = "Check that the card is one of this community; the sale can be recorded without a member."


class RevokedCardError(OfficeError):
    what = "This card was revoked on {actual}."
    advice = "Ask for the member's present card: its credits are untouched."


class CardHeldError(OfficeError):
    what = "Member {actual} already holds a card, number {limit} of the office's list."
    advice = "Replace it: the old card ends at once and the credits stay."


class NoCardError(OfficeError):
    what = "Member {actual} holds no card."
    advice = "Issue one first; a member without a card can also give a telephone number."


class PhoneNumberError(OfficeError):
    what = "This is no telephone number that can be called: it was read as one of {actual}."
    advice = "Give the whole number, with + and the country's code if it is that of another country."


class UnknownPhoneError(OfficeError):
    what = "No member gave this telephone number."
    advice = "Ask the member for the card; the sale can be recorded without a member."


class NoPhoneError(OfficeError):
    what = "No telephone number is kept for member {actual}."
    advice = "Nothing is to be done: there is nothing to erase."


class PhoneTakenError(OfficeError):
    what = "This telephone number is already that of another member than {actual}."
    advice = "Each member gives a number of its own; who shares one uses a card."


class ConsentError(OfficeError):
    what = "A consent of {actual} cannot be kept; it must be of {limit} or before."
    advice = "Give the day on which the member agreed that it be kept."


class RetirementYearError(OfficeError):
    what = "A year of retirement lies between {actual} and {limit}."
    advice = "Give the year in which the member thinks to retire, or did."


class NoRetirementYearError(OfficeError):
    what = "No year of retirement is kept for member {actual}."
    advice = "Nothing is to be done: there is nothing to forget."


class BusinessNameError(OfficeError):
    what = "The name {actual} cannot be kept for a business."
    advice = "Give one line of at most {limit} characters."


class NoBusinessNameError(OfficeError):
    what = "No name is kept for business {actual}."
    advice = "Nothing is to be done: it is shown by its number."


class HolderError(OfficeError):
    what = "A key belongs to one merchant or to one role of the office; this one is given {actual}."
    advice = "Name either the merchant or the role."


class ScopeUnfitError(OfficeError):
    what = "The scope {actual} is not for {limit}."
    advice = "Leave this scope out; each holder's scopes are in the description of the service."


class UnknownKeyError(OfficeError):
    what = "There is no key {actual}."
    advice = "List the keys; a key is named by what stands between its mode and its secret."


class KeyEndedError(OfficeError):
    what = "The key {actual} ended on {limit}."
    advice = "Nothing was changed; make a new key if one is needed."


class KeyRotatedError(OfficeError):
    what = "The key {actual} was already rotated: {limit} took its place."
    advice = "Use the new key; if its secret was lost, rotate the new key in its turn."


class KeyCountError(OfficeError):
    what = "{actual} keys of this holder are in force; the limit is {limit}."
    advice = "Revoke the keys that nobody uses any more."


class KeyRefusedError(RequestError):
    what = "The key of the request opens nothing: {actual}."
    advice = "Send the whole key, Authorization: Bearer ek_…, and make a new one if it has ended."


class ScopeMissingError(RequestError):
    what = "The key {actual} has not the scope {limit}."
    advice = "Make a key with this scope, and give each program only the scopes that it needs."


class GuessingError(RequestError):
    what = "Too many numbers were unknown: {limit} an hour are answered."
    advice = "Wait {actual} seconds; until then, record the sale without a member."


class TrailBrokenError(StoreError):
    what = "The trail is broken at entry {actual}; it was followed up to {limit}."
    advice = "Stop the changes, keep a copy of the database, and compare it with the last backup."


class OfficeKeyError(SetupError):
    what = "The key of the office is not the one that this database was begun with."
    advice = "Restore the file keys/office.key or the setting ENDOGENE_OFFICE_KEY: nothing was changed."
