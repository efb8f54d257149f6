"""What OpenZeppelin's ERC-20 `_mint` costs, unsigned, without a proxy: the measure beside our purchases."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import solcx
from eth_account import Account
from web3 import Web3

from endogene_token.chain.compiler import SETTINGS
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import Call
from endogene_token.chain.wallet import Wallet

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = "scripts/bench_contracts/BareToken.sol"
AMOUNT: Final = 35
GAS: Final = 40_000_000


def measure(rpc: Rpc, sizes: Sequence[int]) -> dict[int, int]:
    """Return the gas of a batch of each of `sizes` mints to holders who hold something already."""
    token = Web3().eth.contract(**_compiled())
    wallet = Wallet(rpc, Account.create(), int(rpc.request("eth_chainId"), 16))
    deployed = wallet.transact(Call(None, token.bytecode.to_0x_hex(), GAS)).contract
    address = Web3.to_checksum_address(deployed or "")
    holders = [Web3.to_checksum_address(f"0x{2**150 + i:040x}") for i in range(max(sizes))]

    def mint(count: int) -> int:
        data = str(token.encode_abi("mint", [holders[:count], AMOUNT]))
        return wallet.transact(Call(address, data, GAS)).gas_used

    mint(len(holders))
    return {size: mint(size) for size in sizes}


def _compiled() -> dict[str, Any]:
    wanted = {SOURCE: {"BareToken": ["abi", "evm.bytecode.object"]}}
    request = {
        "language": "Solidity",
        "sources": {SOURCE: {"content": (ROOT / SOURCE).read_text("utf-8")}},
        "settings": {**SETTINGS, "outputSelection": wanted},
    }
    answer = solcx.compile_standard(request, solc_binary=str(ROOT / "scripts" / "solc.mjs"))
    found = answer["contracts"][SOURCE]["BareToken"]
    return {"abi": found["abi"], "bytecode": found["evm"]["bytecode"]["object"]}
