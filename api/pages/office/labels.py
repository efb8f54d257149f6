"""The words of the office's pages for what the services name by a word of their own."""

from typing import Final

from endogene_token.i18n import mark
from endogene_token.treasury.collect.states import Direction, ItemState, Left, RunState
from endogene_token.treasury.collect.states import Kind as ItemKind
from endogene_token.treasury.confirm.states import LineState
from endogene_token.treasury.dunning.proposals import Act
from endogene_token.treasury.dunning.proposals import State as ProposalState
from endogene_token.treasury.exceptions.inbox import Kind

NOTICES: Final = {
    "taken": mark("It is yours now."),
    "closed": mark("Closed. What you wrote is kept with it."),
    "proposed": mark("Proposed. The registrar decides."),
    "approved": mark("Approved."),
    "refused": mark("Refused. What you wrote is kept with it."),
    "handed-in": mark("Marked as given to the bank."),
    "cancelled": mark("Cancelled."),
    "accepted": mark("Accepted: it will be booked within a minute."),
    "aside": mark("Set aside."),
    "undone": mark("Taken back: the line waits again."),
    "revoked": mark("The card is worth nothing any more."),
    "kept": mark("The telephone number is kept."),
    "erased": mark("The telephone number is forgotten."),
    "year-kept": mark("The year is kept."),
    "year-forgotten": mark("The year is forgotten."),
    "reported": mark("It is in the inbox of what members report, and is answered within five days."),
    "key-kept": mark("The security key is registered. The devices from before log in no more."),
    "named": mark("The name is kept, and members read it from now on."),
    "unnamed": mark("The business is shown by its number again."),
    "ended": mark("The account has ended, and everywhere it was logged in."),
    "drafted": mark("Drafted. Another officer approves it."),
    "matched": mark("Matched: it will be booked within a minute."),
    "given": mark("The mandate is kept: the next file of debits may use it."),
    "mandate-ended": mark("The mandate has ended: nothing is debited under it any more."),
}
EXCEPTIONS: Final = {
    Kind.LINE: mark("A line of the bank that nothing explains"),
    Kind.MOVEMENT: mark("A movement of the fund that the bank does not show"),
    Kind.OPENING: mark("The opening balance differs"),
    Kind.BOOKS: mark("The books differ from the ledger"),
    Kind.RETURN: mark("A payment came back"),
    Kind.UNANSWERED: mark("The bank has not answered"),
    Kind.EXPOSURE: mark("A business is near its limit"),
    Kind.ARREARS: mark("A business is late"),
    Kind.DECISION: mark("A decision of the registrar is awaited"),
    Kind.MISSING: mark("A purchase is missing"),
    Kind.KEY: mark("A change of key that the member did not ask for"),
}
ACTS: Final = {Act.SUSPEND: mark("Suspend"), Act.REINSTATE: mark("Reinstate")}
PROPOSALS: Final = {
    ProposalState.OPEN: mark("waits for the registrar"),
    ProposalState.APPROVED: mark("approved, being carried out"),
    ProposalState.DONE: mark("carried out"),
    ProposalState.REFUSED: mark("refused"),
    ProposalState.WITHDRAWN: mark("withdrawn"),
}
RUNS: Final = {
    RunState.DRAFTED: mark("waits for approval"),
    RunState.APPROVED: mark("approved, to be given to the bank"),
    RunState.HANDED_IN: mark("at the bank"),
    RunState.CANCELLED: mark("cancelled"),
}
DIRECTIONS: Final = {
    Direction.DEBIT: mark("Debits from businesses"),
    Direction.CREDIT: mark("Payments to businesses and members"),
}
ITEMS: Final = {
    ItemState.FILED: mark("in the file"),
    ItemState.COLLECTED: mark("done by the bank"),
    ItemState.SETTLED: mark("booked"),
    ItemState.RETURNED: mark("came back"),
    ItemState.REJECTED: mark("refused by the bank"),
    ItemState.CANCELLED: mark("cancelled"),
}
ITEM_KINDS: Final = {
    ItemKind.PREMIUMS: mark("Premiums of a month"),
    ItemKind.DEBT: mark("A debit that came back, asked again"),
    ItemKind.CASH_REQUEST: mark("Project money paid out"),
    ItemKind.REDEMPTION: mark("Credits paid back"),
}
LEFT: Final = {
    Left.TRANSFER: mark("pays by transfer"),
    Left.OTHER_SCHEME: mark("mandate of another scheme"),
    Left.ASKED: mark("in a file already"),
    Left.NOTHING: mark("nothing left to pay"),
    Left.NO_PAYEE: mark("no account known"),
    Left.OTHER_PAYEE: mark("approved for another account"),
    Left.SET_OFF: mark("set against premiums"),
    Left.NOT_YET: mark("may be paid later only"),
}
LINES: Final = {
    LineState.UNMATCHED: mark("not explained"),
    LineState.PROPOSED: mark("proposed"),
    LineState.MATCHED: mark("accepted, being booked"),
    LineState.SETTLED: mark("booked"),
    LineState.SET_ASIDE: mark("set aside"),
}
TONES: Final = {
    **dict.fromkeys((RunState.DRAFTED, RunState.APPROVED, ProposalState.OPEN, LineState.PROPOSED), "warn"),
    **dict.fromkeys((ItemState.RETURNED, ItemState.REJECTED, LineState.UNMATCHED), "bad"),
    **dict.fromkeys((RunState.HANDED_IN, ItemState.SETTLED, ProposalState.DONE, LineState.SETTLED), "good"),
}
"""How a state is coloured, beside its words: `state good`, `warn`, `bad`, or plain."""
