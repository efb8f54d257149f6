"""The chain's clock, run on: after a story it is ahead of the wall's, and stands still by itself."""

from collections.abc import Callable
from typing import Final

from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.host.community import Host

LONGEST: Final = 600  # seconds: more than any vote of the story lasts


def pass_time(host: Host, done: Callable[[], bool]) -> None:
    """Let time pass until `done`: each block takes it a second further, without anybody waiting for one."""
    bystander = Sender(host.ledger, host.folder.account("bystander"))
    for _ in range(LONGEST):
        if done():
            break
        bystander.transact(Call(bystander.address, "0x"))
    host.settle_down()
