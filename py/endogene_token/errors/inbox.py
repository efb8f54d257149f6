"""Errors of the treasurer's inbox: exceptions, reconciliations, reminders, suspensions."""

from endogene_token.errors.input import InputError


class TreasuryInboxError(InputError):
    what = "The inbox cannot do this: {actual}."
    advice = "Ask for the list of open exceptions, and check the number."


class UnknownExceptionError(TreasuryInboxError):
    what = "There is no exception {actual}."
    advice = "Ask for the list of exceptions: each line begins with its number."


class ExceptionClosedError(TreasuryInboxError):
    what = "Exception {actual} is closed already, by {limit}."
    advice = "Nothing is to be done; if its cause came back, another exception is open."


class ReportCountError(TreasuryInboxError):
    what = "{actual} reports of this member are open; the limit is {limit}."
    advice = "Wait until the office has answered them, or come by."


class BankUnknownError(TreasuryInboxError):
    what = "There is nothing to reconcile: no statement of the bank was imported by {actual}."
    advice = "Import a statement of the bank first, and write the opening balance into bank.toml."


class UnknownProposalError(TreasuryInboxError):
    what = "There is no proposal {actual} to suspend or to reinstate a merchant."
    advice = "Ask for the list of proposals: each line begins with its number."


class ProposalDecidedError(TreasuryInboxError):
    what = "Proposal {actual} is decided already: {limit}."
    advice = "Nothing is to be done; propose again if another decision is wanted."


class OwnProposalError(TreasuryInboxError):
    what = "Proposal {actual} is decided by somebody other than {limit}, who made it."
    advice = "Ask another officer who has the registrar's role to decide."


class ProposalOpenError(TreasuryInboxError):
    what = "For merchant {actual} a proposal is open already, number {limit}."
    advice = "Have that one decided first."


class NothingToProposeError(TreasuryInboxError):
    what = "Nothing can be proposed for merchant {actual}: its status is {limit}."
    advice = "An active merchant can be suspended, and a suspended one reinstated."
