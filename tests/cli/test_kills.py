"""An import killed at any moment and run again ends as one that nobody disturbed."""

import ast
import random
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Imported
from tests.commands import Answer, call, killed, run
from tests.unit.source_tree import files

pytestmark = pytest.mark.xdist_group("import")  # one worker, one set-up

POINTS = (  # in the order in which a run passes them
    "imports.members.planned",
    "imports.members.admitted",
    "imports.lines.accepted",
    "imports.lines.sent",
)
KILLS = 3
EARLIEST, LATEST = 1.0, 9.0  # seconds from the start; a start alone takes two to eight


def crash_points() -> list[str]:
    """Return the names of the import's crash points, from its source."""
    found = set()
    for path in files("py/endogene_token/imports", suffix=".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.point":
                found.add(ast.literal_eval(node.args[0]))
    return sorted(found)


def ends_undisturbed(imported: Imported, data: Path, answer: Answer) -> None:
    """Check that the run which ended reports what the undisturbed one did, on a sound read model."""
    assert answer.code == 0, answer
    own = {"milliseconds": 0, "refused_file": "", "shifted_days": 0}
    assert answer.json["shifted_days"] - imported.answer.json["shifted_days"] in {0, 1}  # midnight between
    assert {**answer.json, **own} == {**imported.answer.json, **own}
    assert call("audit", "--data", data, "--json").json["differences"] == 0


def test_an_import_killed_at_each_of_its_crash_points_ends_as_undisturbed(
    imported: Imported, tmp_path: Path
) -> None:
    """Members planned, or admitted and not written down; lines accepted, or sent and not recorded."""
    data = tmp_path.joinpath("data")
    arguments = (*imported.arguments[:5], "--data", data, "--json")
    assert sorted(POINTS) == crash_points()
    for point in POINTS:  # each kill meets what the one before left
        died = run(*arguments, ENDOGENE_CRASH_AT=point)
        assert died.code == -signal.SIGKILL, (point, died)
    ends_undisturbed(imported, data, call(*arguments))


def test_an_import_killed_at_random_moments_ends_as_undisturbed(imported: Imported, tmp_path: Path) -> None:
    """Whatever it was doing: founding, enrolling, sending, waiting. No line is lost, none doubled."""
    data = tmp_path.joinpath("data")
    arguments = (*imported.arguments[:5], "--data", data, "--json")
    seed = random.randrange(2**32)  # noqa: S311 - shown when the test fails
    chance = random.Random(seed)  # noqa: S311
    for _ in range(KILLS):
        killed(chance.uniform(EARLIEST, LATEST), *arguments)
    answer = call(*arguments)
    assert answer.code == 0, (seed, answer)
    ends_undisturbed(imported, data, answer)
