"""Who may call what: rows for every function that changes the ledger, with arguments that would succeed."""

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from typing import Final

from eth_account.signers.local import LocalAccount

from endogene_token.chain import resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.artifacts import CONTRACTS, Name
from endogene_token.chain.charter import Kind, standard_charter
from endogene_token.chain.contracts import encode
from endogene_token.chain.deployment import STANDARD_OUTFLOWS
from endogene_token.chain.views import Category, MemberKind, Role
from endogene_token.errors import (
    LedgerRefusal,
    MemberSignatureError,
    MissingRoleError,
    NonTransferableError,
    NotAssemblyError,
    NotFundError,
    NotGovernorError,
    NotMembershipError,
    NotRulebookError,
    ReplacementError,
    RotationTooEarlyError,
    WrongStateError,
)
from endogene_token.receipts import Reversal, ReversalBatch, SignedReversals, item_proof
from tests.contracts.cooperative import AMOUNT, Cooperative, chain_time, commitment, today
from tests.town import FOREVER, key

IMPLEMENTATION_SLOT: Final = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"  # ERC-1967
RULES_ROW: Final = (30, 60, 1000, 500, 10, 3600)
OUTFLOW_ROW: Final = astuple(STANDARD_OUTFLOWS)
TEXT: Final = b"\x55" * 32
DRAFT, NOTICED = 1, 2  # resolutions of the stage
NOBODY: Final[frozenset[str]] = frozenset()
Expected = tuple[type[LedgerRefusal], object, object]
"""A refusal: its class, its actual value, its limit."""
Refused = Callable[[str], Expected]
"""What a caller, by his address, is refused with."""


@dataclass(frozen=True)
class Row:
    """A call: who may make it (None: anyone), what he meets (None: success), and what each other meets."""

    contract: Name
    function: str
    data: str
    allowed: frozenset[str] | None
    refused: Refused
    met: type[LedgerRefusal] | None = None


@dataclass(frozen=True)
class Stage:
    """What the arguments of the rows name. Nothing in it changes: the rows are only simulated."""

    cooperative: Cooperative
    holder: LocalAccount
    held: int
    rotating: int
    organisation: int
    merchant: int
    suspended: int
    till: int
    purchases: str
    reversals: str

    @classmethod
    def set_up(cls, cooperative: Cooperative) -> "Stage":
        """Admit, enrol and record what the rows need."""
        community, registrar = cooperative.ledger.community, cooperative.sender(cooperative.registrar)
        holder = key(7001)
        [held] = cooperative.admit(1, keys=[bytes.fromhex(holder.address[2:])])
        [rotating] = cooperative.admit(1)
        [organisation] = cooperative.admit(1, MemberKind.ORGANISATION)
        merchant, suspended = cooperative.enrol(), cooperative.enrol()
        till = cooperative.equip(merchant)
        for call in (
            tx.request_key_rotation(community, rotating, b"\x11" * 20),
            tx.suspend_merchant(community, suspended),
        ):
            registrar.transact(call)
        cls._assemble(cooperative, holder, held)
        recorded = till.purchases([held])
        registrar.transact(tx.record_purchases(community, [recorded]))
        refund = Reversal(till.number, 1, AMOUNT, today(), commitment(9), purchase_batch=1)
        batch = ReversalBatch(till.number, merchant, 2, (refund,))
        signed = SignedReversals(batch, till.key.sign(batch, cooperative.ledger.domain))
        proof = item_proof(recorded.batch.words(), 0)
        return cls(
            *(cooperative, holder, held, rotating, organisation, merchant, suspended, till.number),
            purchases=tx.record_purchases(community, [till.purchases([held])]).data,
            reversals=tx.reverse_purchases(community, [signed], [[proof]]).data,
        )

    @staticmethod
    def _assemble(cooperative: Cooperative, holder: LocalAccount, held: int) -> None:
        """Seat the holder on the board, with a draft, and a resolution that awaits its opening."""
        community, director = cooperative.ledger.community, cooperative.sender(holder)
        governor = cooperative.sender(cooperative.governor)
        governor.transact(resolutions.seat(community, held, 2**40))
        for _ in (DRAFT, NOTICED):
            director.transact(resolutions.propose(community, held, Kind.OFFICE, TEXT))
        opens_at = chain_time(cooperative.ledger) + 10 * 86_400
        director.transact(resolutions.give_notice(community, NOTICED, held, opens_at))

    def signature(self, view: str, *arguments: object) -> bytes:
        """Return the holder's signature over what a view of the register says is to be signed."""
        [digest] = self.cooperative.ledger.read([("Membership", view, arguments)])
        return bytes(self.holder.unsafe_sign_hash(digest).signature)

    def implementation(self, contract: Name) -> str:
        """Return the address of the code behind a proxy."""
        ledger = self.cooperative.ledger
        address = ledger.community.address(contract)
        word: str = ledger.rpc.request("eth_getStorageAt", [address, IMPLEMENTATION_SLOT, "latest"])
        return f"0x{word[-40:]}"


def rows(stage: Stage) -> Iterator[Row]:
    """Yield a row or more for each function that is not a view."""
    yield from _governor_rows(stage)
    yield from _registrar_rows(stage)
    yield from _treasurer_rows(stage)
    yield from _guardian_rows(stage)
    yield from _contract_rows(stage)
    yield from _assembly_rows(stage)
    yield from _member_rows(stage)
    yield from _vote_rows(stage)
    yield from _signed_rows(stage)
    yield from _closed_rows()


def _row(
    contract: Name,
    function: str,
    arguments: tuple[object, ...],
    caller: str,
    refused: Callable[[str], Expected],
) -> Row:
    return Row(contract, function, encode(contract, function, *arguments), frozenset({caller}), refused)


def _governor_rows(stage: Stage) -> Iterator[Row]:
    governor = stage.cooperative.governor.address
    account = stage.cooperative.stranger.address

    def refused(caller: str) -> Expected:
        return NotGovernorError, caller, governor

    calls: list[tuple[Name, str, tuple[object, ...]]] = [
        ("Membership", "handOver", ()),
        ("Membership", "grantRole", (int(Role.TREASURER), account, 2**40)),
        ("Membership", "revokeRole", (int(Role.TREASURER), account)),
        ("Rulebook", "publish", (RULES_ROW,)),
        ("Rulebook", "publishCharter", (standard_charter().words(),)),
        ("Rulebook", "setPower", (account, b"\x12\x34\x56\x78", (True, int(Kind.RULES), 0))),
        ("Board", "seat", (stage.held, 2**40)),
        ("Board", "unseat", (stage.held,)),
        ("CommunityFund", "settlePause", (0,)),
    ]
    calls += [(one, "upgradeToAndCall", (stage.implementation(one), b"")) for one in CONTRACTS]
    for call in calls:
        yield _row(*call, "governor", refused)


def _registrar_rows(stage: Stage) -> Iterator[Row]:
    def refused(caller: str) -> Expected:
        return MissingRoleError, caller, "registrar"

    admission = (int(MemberKind.PERSON), int(Category.USER), 0, FOREVER, b"")
    for function, arguments in {
        "admitMembers": ([admission],),
        "setValidity": (stage.held, 0, FOREVER),
        "setCategory": (stage.held, int(Category.WORKER)),
        "requestKeyRotation": (stage.held, b"\x22" * 20, b""),
        "cancelKeyRotation": (stage.rotating, b""),
        "enrolMerchant": (stage.organisation, 280, 10**6, 10**6),
        "scheduleRate": (stage.merchant, 300, FOREVER),
        "suspendMerchant": (stage.merchant,),
        "reinstateMerchant": (stage.suspended,),
        "enrolTill": (stage.merchant, stage.holder.address),
        "revokeTill": (stage.till,),
    }.items():
        yield _row("Membership", function, arguments, "registrar", refused)


def _treasurer_rows(stage: Stage) -> Iterator[Row]:
    def refused(caller: str) -> Expected:
        return MissingRoleError, caller, "treasurer"

    yield _row("Membership", "setLimits", (stage.merchant, 10**6, 10**6), "treasurer", refused)
    yield _row("CommunityFund", "settlePremiums", (stage.merchant, 1, b"\x33" * 32), "treasurer", refused)


def _guardian_rows(stage: Stage) -> Iterator[Row]:
    yield _row(
        *("CommunityFund", "pause", (), "guardian"), lambda caller: (MissingRoleError, caller, "guardian")
    )


def _contract_rows(stage: Stage) -> Iterator[Row]:
    community = stage.cooperative.ledger.community

    def not_fund(caller: str) -> Expected:
        return NotFundError, caller, community.fund

    sequences = (stage.till, stage.merchant, 2, 1)
    tariff = (10**6, stage.merchant, 0, 0, FOREVER, 280, 1500, 1000)
    item = (100 << 64 | stage.held << 32 | today()).to_bytes(32)
    yield _row("Membership", "advanceSequences", sequences, "fund", not_fund)
    yield _row("CommunityCredit", "creditPurchases", ([item], tariff), "fund", not_fund)
    yield _row("CommunityCredit", "burn", (stage.held, 1), "fund", not_fund)
    yield _row(
        *("CommunityCredit", "setValidity", (stage.held, 0, FOREVER), "membership"),
        lambda caller: (NotMembershipError, caller, community.membership),
    )
    yield _row(
        *("CommunityFund", "adoptRules", (2, RULES_ROW), "rulebook"),
        lambda caller: (NotRulebookError, caller, community.rulebook),
    )


def _assembly_rows(stage: Stage) -> Iterator[Row]:
    assembly = stage.cooperative.ledger.community.assembly

    def refused(caller: str) -> Expected:
        return NotAssemblyError, caller, assembly

    yield _row("Membership", "rollCall", (), "assembly", refused)
    yield _row("Board", "callRoll", (DRAFT, today()), "assembly", refused)
    yield _row("Board", "excuse", (NOTICED, stage.held), "assembly", refused)
    # Carried by no vote: the assembly itself gets as far as that.
    annulment = encode("Assembly", "annul", NOTICED, TEXT)
    yield Row("Assembly", "annul", annulment, frozenset({"assembly"}), refused, WrongStateError)


def _member_rows(stage: Stage) -> Iterator[Row]:
    """What a member, here a director, does by calling with the key of its own; another member cannot."""

    def refused(_: str) -> Expected:
        return MemberSignatureError, stage.held, None

    later = chain_time(stage.cooperative.ledger) + 10 * 86_400
    for function, arguments in {
        "propose": (stage.held, int(Kind.RULES), TEXT, [], b""),
        "giveNotice": (DRAFT, stage.held, later, [], b""),
        "declareInterest": (NOTICED, stage.held, b""),
    }.items():
        yield _row("Assembly", function, arguments, "director", refused)


def _vote_rows(stage: Stage) -> Iterator[Row]:
    """What waits for the vote to open or to close: everyone gets as far as that."""
    for function, arguments in {
        "vote": (NOTICED, stage.held, 1),
        "castBallots": (NOTICED, [], b""),
        "castSealedBallots": (NOTICED, [], [], b""),
        "openBallots": (NOTICED, 1, [], [], []),
        "execute": (NOTICED, []),
    }.items():
        data = encode("Assembly", function, *arguments)
        yield Row("Assembly", function, data, None, _never, WrongStateError)


def _signed_rows(stage: Stage) -> Iterator[Row]:
    """What a signature authorises: anyone may relay it."""
    new_key = b"\x44" * 20
    request = (stage.held, new_key, stage.signature("rotationDigest", stage.held, new_key))
    for data in (stage.purchases, stage.reversals):
        name = "recordPurchases" if data is stage.purchases else "reversePurchases"
        yield Row("CommunityFund", name, data, None, _never)
    request_data = encode("Membership", "requestKeyRotation", *request)
    yield Row("Membership", "requestKeyRotation", request_data, None, _never)
    yield Row("Membership", "advanceHeadcount", encode("Membership", "advanceHeadcount", 0), None, _never)
    # Its delay still runs: everyone gets as far as that.
    completion = encode("Membership", "completeKeyRotation", stage.rotating)
    yield Row("Membership", "completeKeyRotation", completion, None, _never, RotationTooEarlyError)


def _closed_rows() -> Iterator[Row]:
    """What nobody may do: found a contract again, move a credit."""
    someone = key(7002).address
    beginnings: list[tuple[Name, tuple[object, ...]]] = [
        ("Membership", (someone,)),
        ("CommunityCredit", ("other", "OTHER")),
        ("CommunityFund", ()),
        ("Rulebook", (RULES_ROW, OUTFLOW_ROW, standard_charter().words(), [])),
        ("Assembly", ()),
        ("Board", ()),
        ("ProjectBook", ()),
        ("ProjectCurrency", ()),
        ("RedemptionDesk", ()),
    ]
    for contract, arguments in beginnings:
        data = encode(contract, "initialize", *arguments)
        yield Row(contract, "initialize", data, NOBODY, lambda _: (ReplacementError, None, None))
    moves = {"transfer": (someone, 1), "transferFrom": (someone, someone, 1), "approve": (someone, 1)}
    for function, values in moves.items():
        data = encode("CommunityCredit", function, *values)
        yield Row("CommunityCredit", function, data, NOBODY, lambda _: (NonTransferableError, None, None))


def _never(_: str) -> Expected:
    raise AssertionError("anyone may make this call")
