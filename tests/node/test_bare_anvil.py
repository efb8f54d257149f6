"""The chain that the tests move by hand takes what is sent together whole."""

from endogene_token.chain.transactions import Call
from endogene_token.chain.wallet import Wallet
from tests.node.bare_anvil import CHAIN_ID, bare_anvil
from tests.town import key

TOGETHER = 45  # as many transactions as a founding has
NOBODY = "0x" + "11" * 20


def test_transactions_that_are_sent_together_are_in_one_block() -> None:
    """Mined beside the sending, they are in several, and now and then one is in none for good."""
    with bare_anvil() as rpc:
        sender = Wallet(rpc, key(1), CHAIN_ID)
        call = Call(NOBODY, "0x" + "60" * 2_000, 1_000_000)
        first, second = (sender.wait(sender.send([call] * TOGETHER)) for _ in range(2))
        assert {one.block for one in first} == {1}
        assert {one.block for one in second} == {2}
