"""One import of an untidy journal, which many tests look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from endogene_token.chain.node import EmbeddedNode
from tests.commands import Answer, run
from tests.journals import Expected, expected, untidy


@dataclass(frozen=True)
class Imported:
    """A folder into which a journal was imported, and what the command said."""

    data: Path
    journal: Path
    answer: Answer
    expected: Expected

    @property
    def arguments(self) -> tuple[object, ...]:
        """What imports the same journal again."""
        return ("import", self.journal, "--merchant", 1, "--enrol", "--data", self.data, "--json")


@pytest.fixture(scope="package")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """The journal, imported once by a process of its own into a community that it founds.

    The chain then stays, so that the commands of the tests need not start it.
    """
    folder = tmp_path_factory.mktemp("import")
    journal, data = untidy(folder.joinpath("journal.csv")), folder.joinpath("data")
    options = ("--merchant", 1, "--rate-bps", 280, "--enrol", "--data", data, "--json")
    answer = run("import", journal, *options)
    with EmbeddedNode(data.joinpath("chain")):
        yield Imported(data, journal, answer, expected(journal))
