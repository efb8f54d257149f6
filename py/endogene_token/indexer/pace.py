"""How many blocks to ask for at once."""

from typing import Final

MOST_BLOCKS: Final = 5_000  # Besu's limit
FIRST_BLOCKS: Final = 64
SMALL_BYTES: Final = 4 * 2**20
LARGE_BYTES: Final = 16 * 2**20  # some 230,000 purchases in full batches, in one transaction


class Pace:
    """A number of blocks that grows while answers are small and halves when one is large, or an error."""

    def __init__(self, most: int = MOST_BLOCKS) -> None:
        """Ask for at most `most` blocks."""
        self._most = most
        self.blocks = min(FIRST_BLOCKS, most)

    def answered(self, asked: int, size: int) -> None:
        """Learn from an answer of `size` bytes about `asked` blocks."""
        if size > LARGE_BYTES:
            self._halve(asked)
        elif size < SMALL_BYTES and asked == self.blocks:  # a shorter range tells nothing: the chain ended
            self.blocks = min(self.blocks * 2, self._most)

    def failed(self, asked: int) -> bool:
        """Learn from an error about `asked` blocks; return whether fewer may be asked for."""
        self._halve(asked)
        return asked > 1

    def _halve(self, asked: int) -> None:
        self.blocks = max(1, asked // 2)
