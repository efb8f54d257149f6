"""The first thing that a person sees: help with an example, at once, in his or her language."""

import subprocess
import sys
from pathlib import Path

import pytest

from endogene_token.cli import app
from tests.commands import environment, run

COMMANDS = [str(one.name) for one in app.registered_commands]
GROUPS = {
    "project": ["list", "show", "missing", "rounds", "act", "advance"],
    "redemption": ["list", "show"],
    "collect": ["draft", "due", "show", "approve", "file", "hand-in", "cancel", "list"],
    "collect mandate": ["add", "end", "list"],
    "collect payee": ["add", "end", "list"],
    "bank": ["import", "queue", "match", "approve", "set-aside", "undo", "status"],
    "exception": ["list", "take", "close"],
    "dunning": ["list", "propose", "decide"],
    "books": ["journal", "trial", "fec", "beancount"],
    "statement": ["issue", "show", "list"],
    "till": ["run", "status", "send", "key", "enrol", "host", "rotate", "revoke", "unhost"],
    "sales": ["import", "list", "connect", "disconnect", "preview", "uploads", "errors", "erase"],
    "card": ["issue", "replace", "revoke", "print"],
    "key": ["create", "list", "rotate", "revoke"],
    "trail": ["list", "verify"],
    "member": ["key"],
}
HEAVY = ("fastapi", "sqlalchemy", "uvicorn", "web3")
TITLES = {
    "fr": "Un fonds communautaire en jetons",
    "en": "A tokenised community fund that a cooperative owns.",
}


def test_the_commands_are_those_of_the_issue() -> None:
    """Issues 2, 4 and 5 name them; `up` serves what they made."""
    assert COMMANDS == ["demo", "up", "import", "audit", "rebuild", "solvency", "reconcile"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_command_has_help_with_an_example(language: str) -> None:
    """An example is what most people read first."""
    main = run("--help", ENDOGENE_LANG=language)
    assert main.code == 0
    assert TITLES[language] in main.out
    assert all(command in main.out for command in COMMANDS)
    for command in COMMANDS:
        answer = run(command, "--help", ENDOGENE_LANG=language)
        assert (answer.code, answer.err) == (0, "")
        text = " ".join(answer.out.split())
        assert f"endogene {command}" in text.split("--help")[0]
        example = {"fr": "Exemple", "en": "Example"}[language]
        assert f"endogene {command}" in text.partition(example)[2]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("group", "command"), [(one, each) for one in GROUPS for each in GROUPS[one]])
def test_every_command_of_projects_and_redemptions_has_help_with_an_example(
    language: str, group: str, command: str
) -> None:
    """As above, one level down."""
    answer = run(*group.split(), command, "--help", ENDOGENE_LANG=language)
    assert (answer.code, answer.err) == (0, "")
    text = " ".join(answer.out.split())
    example = {"fr": "Exemple", "en": "Example"}[language]
    assert f"endogene {group} {command}" in text.partition(example)[2]


def test_help_imports_none_of_the_heavy_libraries() -> None:
    """A person who asks what there is must not wait for the chain, the API and the database to load."""
    code = f"import sys, endogene_token.cli; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    assert done.stdout.strip() == "[]"


def test_the_installed_script_is_the_same_program() -> None:
    """`endogene` and `python -m endogene_token.cli` are one."""
    script = Path(sys.executable).with_name("endogene")
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == run("--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("demo", "--port", "0"),
        ("demo", "--port", "70000"),
        ("import",),
        ("import", "journal.csv"),
        ("import", "journal.csv", "--merchant", "0"),
        ("import", "journal.csv", "--merchant", "1", "--rate-bps", "10001"),
        ("import", "journal.csv", "--merchant", "1.5"),
        ("audit", "--loud"),
    ],
)
def test_a_mistyped_command_is_told_in_a_sentence(arguments: tuple[str, ...]) -> None:
    """Exit 2, as everywhere, and no traceback."""
    answer = run(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Usage" in answer.err
    assert "Traceback" not in answer.err
