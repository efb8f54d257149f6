"""Errors of a till's buyers, and of what a shop's own software gives the till's agent.

None of them repeats a card or a telephone number: they go to logs and screens.
"""

from endogene_token.errors.input import InputError
from endogene_token.errors.system import SetupError


class BuyerError(InputError):
    what = "The buyer cannot be noted: {actual}."
    advice = "Give a member number, a card or a telephone number, or none of them."


class BuyerCountError(BuyerError):
    what = "A sale has one buyer at most; these were given together: {actual}."
    advice = "Keep one of them, or none for a sale without a member."


class BuyerTextError(BuyerError):
    what = "The {field} that was given has {actual} characters; a readable text of 1 to {limit} is needed."
    advice = "Scan or type it again; the sale can be recorded without a member."


class AgentError(InputError):
    what = "The till's agent cannot take this: {actual}."
    advice = "Correct it after docs/till.md and send it again: a receipt number is recorded once."


class AgentFieldError(AgentError):
    what = "The field {field} is {actual}; expected: {limit}."
    advice = "Correct this field and send the sale again: a receipt number is recorded once."


class AgentHeaderError(AgentError):
    what = "The file begins with {actual}; it needs a line of column names with {limit}."
    advice = "Put the names of the columns on the first line, and drop the file again."


class AgentLineError(AgentError):
    what = "The line cannot be read: {actual}; expected: {limit}."
    advice = "Correct the line and drop it in a new file: what was recorded is not recorded twice."


class AgentFaultError(AgentError):
    what = "The program failed at this line and did not record it: {actual}."
    advice = "Send the line and the agent's log to those who maintain the program; the other lines go on."


class AgentTokenError(AgentError):
    what = "The request does not carry the agent's token."
    advice = "Send the text of the file {limit} in the header X-Endogene-Token."


class ForeignSiteError(AgentError):
    what = "The request came for {actual}; only this machine's own programs are answered, at {limit}."
    advice = "Call the agent from a program of this machine, not from a page in a browser."


class KeyModeError(SetupError):
    what = "The key of the API is a {actual} key; the service is {limit}."
    advice = "Use a key of the same kind as the service, or correct the service's address."


class ListenError(SetupError):
    what = "The agent cannot listen at {actual}: it answers this machine only."
    advice = "Give an address such as 127.0.0.1:8787."


class InboxError(SetupError):
    what = "The folder {actual} cannot be used for the shop's files: {limit}."
    advice = "Give a folder in which this program may read, write and rename."


class UnendedLineError(SetupError):
    what = "The last line of the file {actual} waits for its end since {limit} minutes; it is not recorded."
    advice = "Have a line feed written after it, or drop the file again, whole, under another name."


class AgentRunningError(SetupError):
    what = "The outbox {actual} is in use, and no agent answers for it."
    advice = "Wait until the other program has ended, or look at what else uses this till's outbox."
