"""The compiled contracts that the package carries; `scripts/compile.py` writes them."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, get_args

import msgspec

Name = Literal[
    "Assembly",
    "Board",
    "CommunityCredit",
    "CommunityFund",
    "ERC1967Proxy",
    "ERC7913WebAuthnVerifier",
    "FundOutflows",
    "Membership",
    "ProjectAwards",
    "ProjectBook",
    "ProjectCurrency",
    "RedemptionDesk",
    "Rulebook",
]
NAMES: Final[tuple[Name, ...]] = get_args(Name)
# A community's own, in the order in which they are founded.
CONTRACTS: Final[tuple[Name, ...]] = (
    "Membership",
    "CommunityCredit",
    "CommunityFund",
    "Rulebook",
    "Assembly",
    "Board",
    "ProjectBook",
    "ProjectCurrency",
    "RedemptionDesk",
)
EXTENSIONS: Final[Mapping[Name, Name]] = {"CommunityFund": "FundOutflows", "ProjectBook": "ProjectAwards"}
"""Where a contract's rarer functions stand; they are called at its own address."""
FOLDER: Final = "artifacts"


class Artifact(msgspec.Struct, frozen=True, rename="camel"):
    """A compiled contract; its codes are 0x and hexadecimal digits, its selectors are by signature."""

    contract: str
    abi: list[dict[str, Any]]
    bytecode: str
    deployed_bytecode: str
    method_identifiers: dict[str, str]
    storage_layout: dict[str, Any]


@cache
def load(name: Name) -> Artifact:
    """Return a contract's artifact, which tells what its extension does, too.

    Treat it as constant: all callers share it.
    """
    own = compiled(name)
    if name not in EXTENSIONS:
        return own
    further = compiled(EXTENSIONS[name])
    return msgspec.structs.replace(
        own,
        abi=own.abi + [one for one in further.abi if one not in own.abi and one["type"] != "constructor"],
        method_identifiers={**further.method_identifiers, **own.method_identifiers},
    )


def compiled(name: Name) -> Artifact:
    """Return what was compiled under this name alone."""
    content = resources.files(__package__).joinpath(FOLDER, f"{name}.json").read_bytes()
    return msgspec.json.decode(content, type=Artifact)
