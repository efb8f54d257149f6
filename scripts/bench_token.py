"""What OpenZeppelin's ERC-20 `_mint` costs, unsigned, without a proxy: the measure beside our purchases."""

from collections.abc import Sequence
from typing import Final

from eth_account import Account
from web3 import Web3

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.wallet import Wallet
from scripts.bench_compiler import call, compiled, deployed

AMOUNT: Final = 35


def measure(rpc: Rpc, sizes: Sequence[int]) -> dict[int, int]:
    """Return the gas of a batch of each of `sizes` mints to holders who hold something already."""
    [contract] = compiled("BareToken.sol", "BareToken")
    wallet = Wallet(rpc, Account.create(), int(rpc.request("eth_chainId"), 16))
    token = deployed(wallet, contract)
    holders = [Web3.to_checksum_address(f"0x{2**150 + i:040x}") for i in range(max(sizes))]

    def mint(count: int) -> int:
        return wallet.transact(call(token, "mint", holders[:count], AMOUNT)).gas_used

    mint(len(holders))
    return {size: mint(size) for size in sizes}
