"""Errors of what members send to their assembly through the service."""

from endogene_token.errors.input import InputError


class VotingError(InputError):
    what = "The service cannot pass this on to the assembly: {actual}."
    advice = "Look at the resolution as it stands, then send again."


class BallotTakenError(VotingError):
    what = "Ballot number {actual} of member {member} on this resolution already says something else."
    advice = "Give the next ballot the next number: the highest one stands."


class OpeningMismatchError(VotingError):
    what = "This does not open the sealed ballot that counts for member {actual}."
    advice = "Give the choice and the salt of the last ballot that was cast, as its receipt holds them."


class ActNumberError(VotingError):
    what = "What member {member} signed has the serial number {actual}; the next one is {limit}."
    advice = "Ask for the member's next number and sign again: each serves once, in order."


class UnsignedBallotError(VotingError):
    what = "The signature is not that of the key which the roll of this vote holds for member {actual}."
    advice = "Sign this very ballot with the key that the member had when the notice was given."


class TextTooLongError(VotingError):
    what = "The text has {actual} bytes; the longest has {limit}."
    advice = "Shorten it, and put what is long into a document of which the text gives the hash."


class UnkeptError(VotingError):
    what = "The service keeps nothing under {actual}."
    advice = "Check the number or the hash; what was sent elsewhere is not known here."


class UnknownTextError(UnkeptError):
    what = "The service keeps no text with the hash {actual}."
    advice = "Check the hash, or ask the one who proposed the resolution for its text."


class UnknownBallotError(UnkeptError):
    what = "The service has had no ballot of member {actual} on this resolution."
    advice = "Vote, or check the receipt with the chain if the ballot went another way."


class UnknownActError(UnkeptError):
    what = "The service has had no act under {actual}."
    advice = "Check the digest: it was in the answer when the act was sent."
