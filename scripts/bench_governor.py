"""What OpenZeppelin's Governor costs, without a proxy: the measure beside our resolutions and ballots."""

from dataclasses import dataclass
from typing import Final

from eth_account.messages import encode_typed_data
from web3.contract import Contract

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.wallet import Wallet
from scripts.bench_compiler import call, compiled, deployed
from tests.town import key

# Constant accounts: their addresses and signatures are part of what a call costs.
PROPOSER: Final = key(9301)
VOTERS: Final = tuple(key(number) for number in (9302, 9303, 9304))
FOR: Final = 1  # GovernorCountingSimple.VoteType.For
BALLOT: Final = {"proposalId": "uint256", "support": "uint8", "voter": "address", "nonce": "uint256"}


@dataclass(frozen=True, slots=True)
class Meter:
    """A Governor whose members have a token each, and the account that sends what others sign."""

    chain_id: int
    sender: Wallet
    token: Contract
    governor: Contract

    def propose(self, text: str) -> tuple[int, int]:
        """Propose a payment; return the number of the proposal, and the gas."""
        payment = self.token.encode_abi("transfer", [VOTERS[0].address, 1])
        proposal = call(self.governor, "propose", [self.token.address], [0], [payment], text)
        number = int(self.sender.simulate(proposal), 16)
        return number, self.sender.transact(proposal).gas_used

    def vote(self, voter: Wallet, proposal: int) -> int:
        """Vote for a proposal in a transaction of the voter's own; return its gas."""
        return voter.transact(call(self.governor, "castVote", proposal, FOR)).gas_used

    def vote_by_signature(self, voter: Wallet, proposal: int, nonce: int) -> int:
        """Vote by the voter's signature number `nonce`, which the sender sends; return the gas."""
        domain = {"name": "Bare", "version": "1", "chainId": self.chain_id}
        ballot = {"proposalId": proposal, "support": FOR, "voter": voter.address, "nonce": nonce}
        signed = voter.account.sign_message(
            encode_typed_data(
                domain | {"verifyingContract": self.governor.address},
                {"Ballot": [{"name": name, "type": kind} for name, kind in BALLOT.items()]},
                ballot,
            )
        )
        arguments = (proposal, FOR, voter.address, bytes(signed.signature))
        return self.sender.transact(call(self.governor, "castVoteBySig", *arguments)).gas_used


def measure(rpc: Rpc) -> dict[str, int]:
    """Return the gas of a proposal of one payment, and of votes for it by holders of one token each.

    The first vote for a proposal opens its count, and the first signature of a voter opens his nonce: each
    pays 17,100 more, for a slot that the votes that follow only change.
    """
    chain_id = int(rpc.request("eth_chainId"), 16)
    sender, signer, first, second = (Wallet(rpc, one, chain_id) for one in (PROPOSER, *VOTERS))
    votes, governor = compiled("TokenGovernor.sol", "BareVotes", "TokenGovernor")
    token = deployed(sender, votes, [voter.address for voter in VOTERS])
    meter = Meter(chain_id, sender, token, deployed(sender, governor, token.address))
    one, proposing = meter.propose("Resolution 1")
    figures = {
        "propose": proposing,
        "castVote: the first": meter.vote(first, one),
        "castVote": meter.vote(second, one),
        "castVoteBySig: the voter's first": meter.vote_by_signature(signer, one, nonce=0),
    }
    two, _ = meter.propose("Resolution 2")
    meter.vote(first, two)
    return figures | {"castVoteBySig": meter.vote_by_signature(signer, two, nonce=1)}
