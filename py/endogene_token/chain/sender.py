"""An officer, a relay or a founder at work on one community's ledger."""

from eth_account.signers.local import LocalAccount

from endogene_token.chain.artifacts import CONTRACTS
from endogene_token.chain.calls import Ledger
from endogene_token.chain.contracts import Event, decode_log
from endogene_token.chain.wallet import Receipt, TxHash, Wallet

__all__ = ["Receipt", "Sender", "TxHash"]


class Sender(Wallet):
    """A wallet on the chain of `ledger`. It adds what the receipts say of this community."""

    def __init__(self, ledger: Ledger, account: LocalAccount) -> None:
        super().__init__(ledger.rpc, account, ledger.community.chain_id)
        self.ledger = ledger

    def events(self, receipt: Receipt) -> list[Event]:
        """Return the events of the community's contracts in a receipt, in order."""
        names = {self.ledger.community.address(name).lower(): name for name in CONTRACTS}
        found = [
            decode_log(names[log["address"].lower()], log)
            for log in receipt.logs
            if log["address"].lower() in names
        ]
        return [event for event in found if event is not None]
