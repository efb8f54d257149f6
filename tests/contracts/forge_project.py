"""Forge on the project, or on a copy of it in which a fault can be planted."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.unit.source_tree import ROOT

BUILT = ".build/forge-suite"
TIME_LIMIT = 1800  # seconds; a gate's campaign takes one or two minutes, its first compilation as long
ARTIFACTS = "py/endogene_token/chain/artifacts"
PARTS = ("contracts", "tests/contracts/forge", "scripts", "foundry.toml", ARTIFACTS)


@dataclass(frozen=True)
class Verdict:
    """What forge answered."""

    green: bool
    output: str

    @property
    def compiled(self) -> bool:
        return "Compiler run failed" not in self.output

    @property
    def failures(self) -> dict[str, set[str]]:
        """The names of the tests that failed, by test contract."""
        _, _, failing = self.output.partition("Failing tests:")
        parts = re.split(r"^Encountered \d+ failing tests? in .*?:(\w+)$", failing, flags=re.MULTILINE)
        return {
            contract: set(re.findall(r"(?:\] | )((?:test|invariant|setUp)\w*)\(", tests))
            for contract, tests in zip(parts[1::2], parts[2::2], strict=True)
        }

    @property
    def tests(self) -> int:
        """How many tests ran."""
        found = re.search(r"(\d+) tests passed, (\d+) failed", self.output)
        return int(found[1]) + int(found[2]) if found else 0


def forge(root: Path, *arguments: str, profile: str = "default") -> Verdict:
    """Call forge in `root`, by the native program: its npm launcher exits 0 even when tests fail.

    It builds into a folder of its own: `forge lint` leaves artifacts without code in the common one, which
    `forge test` then takes for built.
    """
    [program] = (ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge")
    done = subprocess.run(
        [str(program), *arguments],
        cwd=root,
        env=os.environ
        | {"FOUNDRY_PROFILE": profile, "NO_COLOR": "1"}
        | {"FOUNDRY_OUT": f"{BUILT}/{profile}", "FOUNDRY_CACHE_PATH": f"{BUILT}/{profile}-cache"},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    return Verdict(done.returncode == 0, done.stdout + done.stderr)


def copy(root: Path) -> Path:
    """Copy into `root` what forge needs of the project; packages are linked."""
    for part in PARTS:
        source, target = ROOT / part, root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    return root
