"""Who acts at a terminal where only an officer may: who holds the key, and the role now."""

import time
from pathlib import Path

from endogene_token.chain.views import Role
from endogene_token.errors import AccessError
from endogene_token.host.ground import Ground
from endogene_token.office.trail import COMMAND, Actor
from endogene_token.sdk import TillKey


def acting(ground: Ground, role: Role, key: Path | None) -> Actor:
    """Return the officer of a key file, of the data folder's own key of the role when it is None.

    Raises AccessError unless the officer has the role now, and what a key file raises.
    """
    path = ground.folder.keys.joinpath(f"{role.name.lower()}.key") if key is None else key
    address = TillKey.from_file(path).address.lower()
    if ground.ledger.role_until(role, address) <= time.time():
        raise AccessError(actual=address)
    return Actor(f"officer:{address}", COMMAND)
