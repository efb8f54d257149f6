"""What the service answers about resolutions, read with its types."""

from typing import Any

import msgspec

from endogene_token.ballots import AssemblyDomain


class Place(msgspec.Struct, frozen=True):
    """Where the members' signatures count."""

    chain_id: int
    assembly: str

    def domain(self) -> AssemblyDomain:
        """Return the signing domain."""
        return AssemblyDomain(self.chain_id, self.assembly)


class ResolutionAnswer(msgspec.Struct, frozen=True):
    """The part of a resolution that a voter signs for; `sealing_key`: the scrutineers', if they have one."""

    number: int
    state: str
    text_hash: str
    is_sealed: bool | None = None
    text: str | None = None
    sealing_key: str | None = None
    calls: list[dict[str, Any]] = []
