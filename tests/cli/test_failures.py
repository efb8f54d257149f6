"""What goes wrong on a machine: a full disk, a damaged file, a taken port. A sentence, never a traceback."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from endogene_token.host.folder import DataFolder
from tests.commands import Answer, call
from tests.journals import expected, untidy

STEP = 350  # kilobytes by which the small disk grows after each failure
MOST_STEPS = 12
CONTRACTS = (
    *("membership", "credit", "fund", "rulebook", "assembly", "board"),
    *("projects", "currency", "redemptions", "passkey_verifier"),
)
COMMUNITY = {
    "name": "Essais",
    "chain_id": 450_045,
    **dict.fromkeys(CONTRACTS, "0x" + "11" * 20),
    "founding_block": 1,
    "founding_hash": "0x" + "22" * 32,
}


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Give `folder` a disk of its own, of `STEP` kilobytes. Skips the test where nobody may mount one."""
    tool = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={STEP}k", "tmpfs", str(folder)]
    if tool is None or subprocess.run([tool, *options], capture_output=True, check=False).returncode:
        pytest.skip("A FULL DISK IS NOT TESTED: only root may mount one")
    try:
        yield
    finally:
        subprocess.run([shutil.which("umount") or "", "--lazy", folder], check=True)


def grow(disk: Path, kilobytes: int) -> None:
    subprocess.run([shutil.which("mount") or "", "-o", f"remount,size={kilobytes}k", disk], check=True)


def test_a_full_disk_is_named_and_the_import_goes_on_once_there_is_room(tmp_path: Path) -> None:
    """Refused clearly, with nothing lost: the same command completes later, to the cent."""
    disk = tmp_path.joinpath("disk")
    disk.mkdir()
    journal = untidy(tmp_path.joinpath("journal.csv"))
    arguments = ("import", journal, "--merchant", 1, "--enrol", "--data", disk.joinpath("data"), "--json")
    errors: list[str | None] = []
    with small_disk(disk):
        while (answer := call(*arguments)).code and len(errors) < MOST_STEPS:
            errors.append(answer.error)
            grow(disk, STEP * (len(errors) + 1))
        grow(disk, STEP * MOST_STEPS)
        assert errors == ["disk-full"] * len(errors)
        assert len(errors) > 1
        rules = expected(journal)
        assert {name: answer.json[name] for name in rules.report} == rules.report
        assert call("audit", "--data", disk.joinpath("data"), "--json").json["differences"] == 0


def founded(folder: Path, document: object) -> Path:
    """Return a data folder whose file of the community holds `document`."""
    data = folder.joinpath("data")
    DataFolder(data).make()
    data.joinpath("community.json").write_text(json.dumps(document), "utf-8")
    return data


def told(answer: Answer) -> None:
    """Check that a person got a sentence and no traceback."""
    assert answer.code == 1
    assert answer.err.strip()
    assert "Traceback" not in answer.err + answer.out
    assert len(answer.err.splitlines()) <= 5, answer.err


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], "setting"),
        ({**COMMUNITY, "chain_id": "one"}, "setting"),
        (COMMUNITY, "wrong-chain"),
        ({**COMMUNITY, "chain_id": 1}, "wrong-chain"),
        ({**COMMUNITY, "founding_hash": "nonsense"}, "wrong-chain"),
    ],
    ids=["no-object", "no-number", "no-such-contract", "another-chain", "nonsense"],
)
def test_a_damaged_or_foreign_community_file_is_told_in_a_sentence(
    tmp_path: Path, document: object, error: str
) -> None:
    """Whatever the file holds: its name, and what to do."""
    data = founded(tmp_path, document)
    told(call("audit", "--data", data))
    answer = call("audit", "--data", data, "--json")
    assert (answer.code, answer.error) == (1, error)
