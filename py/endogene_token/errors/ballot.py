"""Errors of what members sign and seal for their assembly."""

from endogene_token.errors.input import InputError


class BallotError(InputError):
    what = "The ballot cannot be used: {actual}."
    advice = "Make it again from the resolution as it stands, and sign it."


class ChoiceError(BallotError):
    what = "The choice is {actual}; it must be one of: {limit}."
    advice = "Choose one of these; an abstention is a choice, a ballot left blank is none."


class SealBrokenError(BallotError):
    what = "The sealed ballot of member {member} on resolution {resolution} does not open with this key."
    advice = "Check the resolution, the member and the key; a ballot sealed for another of them stays shut."


class TextMismatchError(BallotError):
    what = "The text that is served has the hash {actual}; the resolution was noticed with {limit}."
    advice = "Do not vote on it; ask the cooperative for the text, and compare its hash."


class ReceiptFileError(BallotError):
    what = "The ballot's receipt {actual} cannot be used: {limit}."
    advice = "Give the file that was written when you voted."


class BallotNotCountedError(BallotError):
    what = "The chain does not count this ballot on resolution {limit}: {actual}."
    advice = (
        "While the vote is open, vote again; after it, show the receipt to whoever may contest the result."
    )


class CallsFileError(BallotError):
    what = "What the resolution does cannot be read from {actual}: {limit}."
    advice = "Write a JSON list; each entry has a contract, a function and its arguments."


class ActFileError(BallotError):
    what = "What the member does cannot be read from {actual}: {limit}."
    advice = "Name each part as the API describes it: --set name=value, or a JSON object with --file."


class KeyShareError(InputError):
    what = "The shares do not give the scrutineers' key: {actual}."
    advice = "Gather the shares handed out with this key, as many as it takes."


class ShareFormatError(KeyShareError):
    what = "This is no share of a key, or it was miscopied: {actual}."
    advice = "Copy it again, every letter; its end checks the rest."


class ShareCountError(KeyShareError):
    what = "Shares of different scrutineers: {actual}; the key needs {limit} or more."
    advice = "Ask another scrutineer; the same share twice counts once."


class ShareStrangerError(KeyShareError):
    what = "Share {actual} belongs to another key."
    advice = "Take the shares handed out with this key only."


class ShareMismatchError(KeyShareError):
    what = "The shares {actual} do not give back the key: one of them at least is false."
    advice = "Put one share after another aside and try with the others, until the key comes back."


class SignatureError(InputError):
    what = "The signature cannot be used: {actual}."
    advice = "Sign again, with the key that the register holds of you."


class SignerKeyError(SignatureError):
    what = "A member's key is {actual} bytes long; it must be one of: {limit}."
    advice = "Give 20 bytes for an address, 84 for a passkey: its verifier, then its public point."


class SignatureMismatchError(SignatureError):
    what = "The signature is not that of the key {limit} under what was to be signed."
    advice = "Check that the right device or file signed, and that it was shown this very message."


class AssertionShapeError(SignatureError):
    what = "The passkey's answer cannot be read: its {field} is {actual}."
    advice = "Ask the browser again, and give its answer whole."


class ChallengeMismatchError(SignatureError):
    what = "The passkey signed another challenge: {actual}, not {limit}."
    advice = "Ask the browser again, for this very message."


class HolderUnverifiedError(SignatureError):
    what = "The passkey did not verify its holder: its flags are {actual}."
    advice = "Ask again with user verification required: fingerprint, face or code."


class DeviceError(InputError):
    what = "The device did not sign: {actual}."
    advice = "Check the device, then ask again."


class DeviceUnavailableError(DeviceError):
    what = "The program of the device, {actual}, cannot be run, or did not answer within {limit} seconds."
    advice = "Plug the device in, unlock it, check the command, then ask again."


class DeviceRefusedError(DeviceError):
    what = "The program of the device ended with code {actual}: {message}."
    advice = "If you did not refuse on the device yourself, correct what it says and ask again."


class DeviceAnswerError(DeviceError):
    what = "The answer of the device cannot be read: {actual}."
    advice = "Expected: JSON with the field signature, 0x and hexadecimal digits."


class SignatureAwaitedError(DeviceError):
    what = "What is to be signed waits in {actual}."
    advice = "Carry this file to the device, bring back its answer as {limit}, then do the same again."
