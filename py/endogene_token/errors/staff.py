"""Errors of who logs in: accounts of staff and officers, their invitations, passkeys and sessions.

None of them repeats a code, a token or a name.
"""

from endogene_token.errors.office import OfficeError
from endogene_token.errors.request import RequestError


class StaffShapeError(OfficeError):
    what = "An account of the role {actual} is given by {limit}."
    advice = "Name this and nothing else beside the role."


class StaffCountError(OfficeError):
    what = "{actual} accounts of this merchant are open; the limit is {limit}."
    advice = "End the accounts of those who have left."


class MemberAccountError(OfficeError):
    what = "Member {actual} has an account already: {limit}."
    advice = "Invite the member anew to this account; used, the code ends the passkeys from before."


class UnknownStaffError(OfficeError):
    what = "There is no account {actual}."
    advice = "List the accounts; each is named by its id."


class StaffEndedError(OfficeError):
    what = "The account {actual} ended on {limit}."
    advice = "Nothing was changed; invite the person anew if he or she has come back."


class NoDeviceKeyError(OfficeError):
    what = "Member {actual} has no passkey with which ballots are signed."
    advice = "Make one with a code of the cooperative's office."


class KeyContestedError(OfficeError):
    what = "Member {actual} reported that a change of the key was not asked for: report {limit} is open."
    advice = "Speak with the member. If it is wanted, close the report at the office, then run this again."


class KeyStoppedError(OfficeError):
    what = "This key of member {actual} was asked for before, and no change is under way now: it was stopped."
    advice = "Speak with the member; if the member wants this key all the same, ask anew with --again."


class UnknownSessionError(OfficeError):
    what = "There is no session {actual}, or it has ended."
    advice = "List the sessions; each is named by its id."


class PasskeyTakenError(OfficeError):
    what = "This passkey is registered already."
    advice = "Log in with it, or make another one."


class InvitationRefusedError(RequestError):
    what = "The invitation opens nothing: {actual}."
    advice = "Type the whole code; if it was used or is too old, ask who invited you for another."


class PasskeyRefusedError(RequestError):
    what = "The passkey opens nothing: {actual}."
    advice = "Begin again on the page of your cooperative; if your device is lost, ask to be invited anew."


class SessionRefusedError(RequestError):
    what = "The session opens nothing: {actual}."
    advice = "Log in again with your passkey."


class FreshLoginError(RequestError):
    what = "This needs a login of the last {limit} seconds; yours is {actual} seconds old."
    advice = "Log in again with your passkey, then ask once more."


class CrossSiteError(RequestError):
    what = "The request comes from {actual}, which is no page of this service."
    advice = "Open the page of your cooperative itself; its address is the setting ENDOGENE_ORIGINS."
