"""A relay's work in another process, which is killed at one of its crash points."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from endogene_token.crash import VARIABLE
from tests.town import Town
from tests.unit.source_tree import ROOT, files


def points(kinds: str) -> list[str]:
    """Return every crash point of these kinds (a regular expression) in the relay, from its source."""
    text = "\n".join(path.read_text() for path in files("py/endogene_token/relay", suffix=".py"))
    return sorted(set(re.findall(rf'crash\.point\("((?:{kinds})\.[a-z-]+)"\)', text)))


def killed_work(module: str, town: Town, engine: Engine, crash_at: str, *given: object) -> int:
    """Have `module` do its work, or what is given, killed at `crash_at`; return how it ended."""
    url = engine.url.render_as_string(hide_password=False)
    environment = {"PYTHONPATH": f"{ROOT / 'py'}:{ROOT}", VARIABLE: crash_at}
    with tempfile.TemporaryDirectory() as folder:
        community = Path(folder, "community.json")
        town.community.save(community)
        arguments = [url, town.rpc.urls[0], str(community)]
        arguments += [msgspec.json.encode(one).decode() for one in given]
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, env=environment, check=False, timeout=180).returncode
