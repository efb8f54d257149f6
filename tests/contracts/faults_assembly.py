"""Faults to plant in the assembly, one at a time, and the tests that must notice each."""

from typing import Final

from tests.contracts.faults import Fault

ASSEMBLY, OUTCOME = "Assembly.sol", "assembly/Outcome.sol"
REGISTER, NOTICES = "assembly/Register.sol", "assembly/Notices.sol"
BALLOTS, SEALED = "assembly/Ballots.sol", "assembly/SealedBallots.sol"
WORDS, ENTRY, TALLY = "types/BallotWords.sol", "types/RollEntry.sol", "types/Tally.sol"
OF_ROLL, OF_BALLOT = "AssemblyRollAttacksTest", "AssemblyBallotAttacksTest"
OF_NOTICE, OF_EXECUTION = "AssemblyNoticeAttacksTest", "AssemblyExecutionAttacksTest"
OF_STATES, OF_BALLOTS, OF_SEALED = "AssemblyStatesTest", "AssemblyBallotsTest", "SealedBallotsTest"

RIGHTS: Final = (
    Fault(
        *("the roll is not asked", BALLOTS, "_checkRight"),
        *("!entry.validOn(c.recordDay)", "false", OF_ROLL),
    ),
    Fault("any member votes on the board", BALLOTS, "_checkRight", "c.isBoard", "false", OF_ROLL),
    Fault("a term ends late", BALLOTS, "_checkRight", "right <= block", "right < block", OF_ROLL),
    Fault(
        *("a stale sequence counts", BALLOTS, "_checkRight"),
        *("ballot.sequence() <=", "ballot.sequence() <", OF_BALLOT),
    ),
    Fault(
        *("any word is a ballot", BALLOTS, "_checkRight"),
        *("!ballot.isWellFormed(c.isSealed)", "false", OF_BALLOT),
    ),
    Fault(
        "a bit that nothing reads",
        WORDS,
        "isWellFormed",
        " && uint256(word) >> WORD_BITS == 0",
        "",
        OF_BALLOT,
    ),
    Fault("a sequence of seven bits", WORDS, "isWellFormed", "1 < LAST_SEQ", "1 <= LAST_SEQ", OF_BALLOT),
    Fault("a membership begins late", ENTRY, "validOn", "(entry) <=", "(entry) <", OF_ROLL),
    Fault("a membership ends late on the roll", ENTRY, "validOn", "day < valid", "day <= valid", OF_ROLL),
    Fault("a direct vote is anybody's", BALLOTS, "vote", "!_isCaller(entry)", "false", OF_ROLL),
    Fault("a fingerprint is an account", REGISTER, "_isCaller", "entry.holdsAddress() &&", "", OF_BALLOTS),
    Fault(
        "a vote may be cast at any time",
        BALLOTS,
        "_open",
        "_requireState(resolution_, State.Open);",
        "",
        OF_BALLOT,
    ),
    Fault("the mode is not asked", BALLOTS, "_open", "c.isSealed != isSealed", "false", OF_SEALED),
)
SIGNATURES: Final = (
    Fault(
        *("a ballot needs no signature", BALLOTS, "_take"),
        *("!_isSigned(entry, _digest(c, ballot, commitment), signature)", "false", OF_BALLOT),
    ),
    Fault("the text is not signed", BALLOTS, "_casting", "c.fields[5] = r.text;", "", OF_BALLOT),
    Fault(
        *("the resolution is not signed", BALLOTS, "_casting"),
        *("c.fields[1] = bytes32(uint256(resolution_));", "", OF_BALLOT),
    ),
    Fault("address zero signs", REGISTER, "_isSigned", " && signer != address(0)", "", OF_ROLL),
    Fault("gas may be short", REGISTER, "_isSigned", "gasleft() < limit", "false", OF_BALLOT),
    Fault("a wallet burns all the gas", REGISTER, "_isSigned", "{gas: SIGNATURE_GAS}", "", OF_BALLOT),
    Fault("a proposal is filed twice", REGISTER, "_authorise", "++nonce[member];", "", OF_NOTICE),
    Fault("a member stands twice", BALLOTS, "_cast", "member <= last", "member < last", OF_ROLL),
    Fault("signatures have a tail", BALLOTS, "_cast", "end != signatures.length", "false", OF_BALLOT),
)
COUNTING: Final = (
    Fault("a replaced ballot stays", BALLOTS, "_count", "if (before != 0)", "if (false)", OF_BALLOTS),
    Fault("a neighbour's ballot is lost", BALLOTS, "_turnTo", "_flush(c);", "", OF_BALLOTS),
    Fault(
        "a byte is written over another",
        WORDS,
        "withByte",
        "slot & ~(uint256(0xff) << _shift(member_))",
        "slot",
        OF_BALLOTS,
    ),
    Fault("sixteen members a slot", WORDS, "_shift", "0x1f", "0x0f", OF_BALLOTS),
    Fault("refusals are told apart up to 256", BALLOTS, "_isRefused", "i >> 8", "0", OF_BALLOTS),
    Fault("two categories vote", TALLY, "sum", "c < CATEGORIES", "c < 2", OF_EXECUTION),
    Fault("an abstention is no ballot", TALLY, "turnout", " + sum(tally, 3)", "", OF_STATES),
    Fault(
        *("a conflicted ballot stays in the tally", BALLOTS, "declareInterest"),
        *(
            *(
                "_tallies[resolution_].minus(category, before & BallotWords.LAST_CHOICE)",
                "_tallies[resolution_]",
            ),
            OF_ROLL,
        ),
    ),
    Fault(
        *("a conflicted ballot stays in the register", BALLOTS, "declareInterest"),
        *("_register[place] = _register[place].withByte(member, 0, 0);", "", OF_ROLL),
    ),
    Fault(
        *("the conflicted stay on the roll", BALLOTS, "declareInterest"),
        *("--r.rollSizes[category];", "", OF_ROLL),
    ),
    Fault(
        *("an interest comes after the vote", BALLOTS, "declareInterest"),
        *("state != State.Noticed && state != State.Open", "false", OF_BALLOTS),
    ),
)
NOTICE: Final = (
    Fault("short notice", NOTICES, "_bind", "opensAt < earliest", "false", OF_NOTICE),
    Fault(
        "a vote for the next generation",
        NOTICES,
        "_bind",
        "opensAt > earliest + LONGEST_DELAY",
        "false",
        OF_NOTICE,
    ),
    Fault("other calls are noticed", NOTICES, "giveNotice", "_requireCalls(r, calls);", "", OF_NOTICE),
    Fault(
        "notice is given twice",
        NOTICES,
        "giveNotice",
        "_requireState(resolution_, State.Draft);",
        "",
        OF_NOTICE,
    ),
    Fault("anybody convenes", NOTICES, "giveNotice", "!BOARD.isInOffice(member)", "false", OF_NOTICE),
    Fault("a stranger convenes", NOTICES, "giveNotice", "_requireValid(member);", "{}", "GiveNoticeTest"),
    Fault("a stranger proposes", NOTICES, "propose", "_requireValid(member);", "", "ProposeTest"),
    Fault(
        *("the board's roll is that of all", NOTICES, "_callRoll"),
        *("r.terms.body == IRulebook.Body.Board", "false", "GiveNoticeTest"),
    ),
)
STATES: Final = (
    Fault(
        "it opens late",
        REGISTER,
        "stateOf",
        "block.timestamp < r.opensAt",
        "block.timestamp <= r.opensAt",
        OF_STATES,
    ),
    Fault(
        "it closes late",
        REGISTER,
        "stateOf",
        "block.timestamp < r.closesAt",
        "block.timestamp <= r.closesAt",
        OF_STATES,
    ),
    Fault(
        "no time for openings", REGISTER, "stateOf", "r.terms.isSealed ? r.terms.opening : 0", "0", OF_STATES
    ),
    Fault(
        "the window is longer",
        REGISTER,
        "stateOf",
        "< countedAt + r.terms.contest)",
        "<= countedAt + r.terms.contest)",
        OF_STATES,
    ),
    Fault(
        "it never expires",
        REGISTER,
        "stateOf",
        "block.timestamp < countedAt + r.terms.contest + r.terms.validity",
        "true",
        OF_EXECUTION,
    ),
    Fault(
        "no quorum is asked",
        REGISTER,
        "stateOf",
        "!Outcome.hasQuorum(r, Outcome.participation(r.terms, votes))",
        "false",
        OF_EXECUTION,
    ),
    Fault(
        "an annulment is forgotten",
        REGISTER,
        "stateOf",
        "if (r.isAnnulled) return State.Annulled;",
        "",
        OF_EXECUTION,
    ),
    Fault(
        "a late quorum changes nothing",
        BALLOTS,
        "_extendOnQuorum",
        "r.closesAt += r.terms.lateWindow;",
        "",
        OF_STATES,
    ),
    Fault(
        "every late ballot extends",
        BALLOTS,
        "_close",
        " && !Outcome.hasQuorum(r, before.turnout())",
        "",
        OF_STATES,
    ),
    Fault("every late interest extends", BALLOTS, "declareInterest", " && !hadQuorum", "", OF_STATES),
    Fault(
        "a late interest changes nothing",
        BALLOTS,
        "declareInterest",
        "if (_isLate(r) && !hadQuorum) _extendOnQuorum(resolution_, r);",
        "",
        OF_STATES,
    ),
    Fault(
        "a missed quorum extends",
        BALLOTS,
        "_extendOnQuorum",
        "if (!Outcome.hasQuorum(r, _tallies[resolution_].turnout())) return;",
        "",
        OF_STATES,
    ),
    Fault("the late window is shorter", BALLOTS, "_isLate", ">= r.closesAt", "> r.closesAt", OF_STATES),
)
RESULTS: Final = (
    Fault("a quorum is one more", OUTCOME, "hasQuorum", ">=", ">", OF_STATES),
    Fault("a tie carries", OUTCOME, "isCarried", "inFavour > against", "inFavour >= against", OF_EXECUTION),
    Fault("two thirds are more", OUTCOME, "isCarried", "inFavour >= 2", "inFavour > 2", OF_STATES),
    Fault("nobody's voice carries", OUTCOME, "isCarried", "inFavour != 0 && ", "", OF_STATES),
    Fault("the hidden count", OUTCOME, "participation", "votes.sum(SEALED) : 0", "0 : 0", OF_SEALED),
    Fault(
        "colleges weigh on the board",
        OUTCOME,
        "_weighed",
        "terms.body == IRulebook.Body.Board || ",
        "",
        OF_STATES,
    ),
    Fault("colleges weigh the same", OUTCOME, "_weighed", "scale = weights[c];", "scale = 1;", OF_STATES),
    Fault("proportions are not exact", OUTCOME, "_weighed", "scale *= cast", "scale += cast", OF_STATES),
    Fault(
        "an empty college decides", OUTCOME, "_weighed", "other != c && cast != 0", "other != c", OF_NOTICE
    ),
)
OPENINGS: Final = (
    Fault(
        "opened while voting",
        SEALED,
        "openBallots",
        "_requireState(resolution_, State.Closed);",
        "",
        OF_SEALED,
    ),
    Fault("any batch is opened", SEALED, "_requireBatch", "digest != limit", "false", OF_SEALED),
    Fault(
        "the refused are opened",
        SEALED,
        "castSealedBallots",
        "if (_isRefused(c, i))",
        "if (false)",
        OF_SEALED,
    ),
    Fault(
        "the replaced are opened",
        SEALED,
        "_opens",
        "!= ballot.sequence() << 2",
        "== type(uint256).max",
        OF_SEALED,
    ),
    Fault("an opening need not fit", SEALED, "_opens", " == commitment;", " != 0;", OF_SEALED),
    Fault("openings are forgotten", SEALED, "openBallots", "_tallies[resolution_] = c.tally;", "", OF_SEALED),
    Fault("openings count twice", SEALED, "openBallots", "_flush(c);", "", OF_SEALED),
    Fault(
        "an empty batch is kept",
        SEALED,
        "castSealedBallots",
        "if (c.refusals == ballots.length) return;",
        "",
        OF_SEALED,
    ),
)
EXECUTION: Final = (
    Fault(
        "executed at any time",
        ASSEMBLY,
        "execute",
        "_requireState(resolution_, State.Final);",
        "",
        OF_EXECUTION,
    ),
    Fault("other calls are executed", ASSEMBLY, "execute", "_requireCalls(r, calls);", "", OF_EXECUTION),
    Fault("executed twice", ASSEMBLY, "execute", "r.isExecuted = true;", "", OF_EXECUTION),
    Fault(
        *("reentered", ASSEMBLY, "execute"),
        "Address.functionCall(calls[i].target, calls[i].data);",
        "r.isExecuted = false; Address.functionCall(calls[i].target, calls[i].data); r.isExecuted = true;",
        OF_EXECUTION,
    ),
    Fault(
        *("a call that fails is passed over", ASSEMBLY, "execute"),
        *(
            "Address.functionCall(calls[i].target, calls[i].data);",
            "calls[i].target.call(calls[i].data);",
            OF_EXECUTION,
        ),
    ),
    Fault("anybody annuls", ASSEMBLY, "annul", "msg.sender != address(this)", "false", OF_EXECUTION),
    Fault(
        "annulled at any time",
        ASSEMBLY,
        "annul",
        "_requireState(resolution_, State.Contestable);",
        "",
        OF_EXECUTION,
    ),
)
ASSEMBLY_FAULTS: Final = (*RIGHTS, *SIGNATURES, *COUNTING, *NOTICE, *STATES, *RESULTS, *OPENINGS, *EXECUTION)
