"""Contracts that only the benchmark deploys, compiled as ours are."""

from pathlib import Path
from typing import Final

import solcx
from web3 import Web3
from web3.contract import Contract

from endogene_token.chain.compiler import SETTINGS
from endogene_token.chain.transactions import Call
from endogene_token.chain.wallet import Wallet

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = "scripts/bench_contracts"
GAS: Final = 40_000_000


def compiled(file: str, *names: str) -> list[type[Contract]]:
    """Return the contracts `names` of the `file` in `FOLDER`. solcx's SolcError tells what is wrong in it."""
    source = f"{FOLDER}/{file}"
    wanted = {source: {name: ["abi", "evm.bytecode.object"] for name in names}}
    request = {
        "language": "Solidity",
        "sources": {source: {"content": (ROOT / source).read_text("utf-8")}},
        "settings": {**SETTINGS, "outputSelection": wanted},
    }
    answer = solcx.compile_standard(request, solc_binary=str(ROOT / "scripts" / "solc.mjs"))
    found = [answer["contracts"][source][name] for name in names]
    return [Web3().eth.contract(abi=one["abi"], bytecode=one["evm"]["bytecode"]["object"]) for one in found]


def deployed(wallet: Wallet, contract: type[Contract], *arguments: object) -> Contract:
    """Deploy `contract` and return it at its address."""
    data = str(contract.constructor(*arguments).data_in_transaction)
    address = wallet.transact(Call(None, data, GAS)).contract
    return contract(Web3.to_checksum_address(address or ""))


def call(contract: Contract, function: str, *arguments: object) -> Call:
    """Return the call of a `function` of `contract`."""
    return Call(contract.address, str(contract.encode_abi(function, list(arguments))), GAS)
