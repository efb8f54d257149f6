"""What a signer and its relay do in the tests of kills, in a process that the environment kills."""

import sys

from endogene_token.store import open_engine
from tests.sales.counter import Counter

if __name__ == "__main__":
    counter = Counter(open_engine(sys.argv[1]))
    while counter.signer.step():
        counter.record()
