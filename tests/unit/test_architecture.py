"""The house rules that a machine can hold: imports point down, files and functions stay short, no floats."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.source_tree import ROOT, files, imports

PACKAGE = "endogene_token"
FLOORS = {
    "hexes": 0,
    "i18n": 0,
    "crash": 0,
    "sockets": 0,
    "places": 0,
    "regions": 1,
    "log": 0,
    "errors": 1,
    "bounds": 2,
    "money": 2,
    "reasons": 2,
    "spreadsheet": 2,
    "bylaws": 2,
    "config": 2,
    "ids": 3,
    "typed_data": 3,
    "keyfile": 3,
    "receipts": 4,
    "ballots": 4,
    "projects": 4,
    "member_acts": 5,
    "act_json": 6,
    "sealing": 5,
    "ballot_receipt": 5,
    "outcome": 5,
    "signers": 6,
    "chain": 7,
    "store": 7,
    "migrations": 7,
    "sdk": 8,
    "till": 9,  # it needs the SDK only: a shop's machine has neither chain nor office
    "verification": 8,
    "relay": 8,
    "indexer": 8,
    "office": 9,  # below the others: each change that they make is in its trail
    "treasury": 10,
    "reports": 10,
    "sales": 10,
    "webhooks": 10,
    "api": 11,
    "host": 12,
    "imports": 13,
    "cli": 14,
}
PURE = (
    "hexes",
    "money",
    "errors",
    "bounds",
    "ids",
    "reasons",
    "spreadsheet",
    "bylaws",
    "typed_data",
    "receipts",
    "ballots",
    "projects",
    "member_acts",
    "act_json",
    "outcome",
)
OUTSIDE = {
    *("asyncio", "ftplib", "http", "httpx", "importlib", "io", "logging", "multiprocessing", "os", "pathlib"),
    *("psycopg", "random", "requests", "secrets", "shutil", "socket", "sqlalchemy", "sqlite3", "sqlmodel"),
    *("ssl", "structlog", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uvicorn", "web3"),
}
NO_FLOATS = ("money", "receipts", "sdk", "till", "relay", "indexer", "sales", "treasury")
LONGEST_FILE = 399
LONGEST_FUNCTION = 40


def module_name(path: Path) -> str:
    """Return the dotted name of a file; a package's own file counts as a module inside it."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("py.")


def part(dotted: str) -> str | None:
    """Return the part of the house that a dotted name lies in, or None outside of it."""
    first, _, rest = dotted.partition(".")
    if first == "api":
        return "api"
    return rest.partition(".")[0] or None if first == PACKAGE else None


def wrong_imports(source: str, module: str) -> list[str]:
    """Return the imports of `source` that do not point to a lower floor."""
    here = part(module)
    if here in {None, "__init__"}:
        return []
    wrong = []
    for name in sorted(imports(source, module)):
        there = part(name)
        if there in {None, here} or (there not in FLOORS and there != name.split(".")[-1]):
            continue
        if here not in FLOORS or there not in FLOORS or FLOORS[there] >= FLOORS[here]:
            wrong.append(f"{module} -> {name}")
    return wrong


def long_functions(source: str) -> list[str]:
    return [
        f"{node.name}: {length}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]


def timed(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the values that `node` gives to names ending in "seconds": a float may measure time."""
    named: list[tuple[str, ast.expr | None]] = []
    if isinstance(node, ast.Assign):
        named = [(ast.unparse(target), node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign):
        named = [(ast.unparse(node.target), node.value)]
    elif isinstance(node, ast.keyword):
        named = [(node.arg or "", node.value)]
    elif isinstance(node, ast.arguments):
        positional = (*node.posonlyargs, *node.args)
        last = positional[len(positional) - len(node.defaults) :]
        named = [(argument.arg, value) for argument, value in zip(last, node.defaults, strict=True)]
        named += [(one.arg, value) for one, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    yield from (value for name, value in named if value is not None and name.lower().endswith("seconds"))


def floats(source: str) -> list[str]:
    """Return each float literal, call of float() and true division of `source`, but for times in seconds.

    A division by or of a text is a path, not a number.
    """
    tree = ast.parse(source)
    times = {id(inner) for node in ast.walk(tree) for value in timed(node) for inner in ast.walk(value)}
    return [
        f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if id(node) not in times and _makes_float(node)
    ]


def _makes_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "float"
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Div)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return not any(_is_text(side) for side in (node.left, node.right))
    return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def sources(part_name: str) -> list[Path]:
    base = f"py/{PACKAGE}/{part_name}"
    alone = ROOT / f"{base}.py"
    return [alone] if alone.exists() else files(base, suffix=".py")


def test_imports_point_down() -> None:
    """DESIGN section 6: money, errors <- receipts <- chain <- sdk, relay, indexer <- reports <- api, cli.

    sdk, relay and indexer stand on one floor, so none imports another. A new module gets its floor above.
    """
    wrong = [
        one
        for path in files("py", "api", suffix=".py")
        for one in wrong_imports(path.read_text(), module_name(path))
    ]
    assert wrong == []


def test_the_till_s_agent_stands_on_the_sdk_only() -> None:
    """It is installed on a shop's machine, which has neither chain nor database nor office."""
    ground = {name for name, floor in FLOORS.items() if floor < FLOORS["chain"]}
    found = {
        part(name)
        for path in files(f"py/{PACKAGE}/till", suffix=".py")
        for name in imports(path.read_text(), module_name(path))
    }
    assert found - {None} <= ground | {"sdk", "till"}


def test_every_part_of_the_house_has_its_floor() -> None:
    """A new module or folder is placed before it is used."""
    parts = {part(module_name(path)) for path in files(f"py/{PACKAGE}", suffix=".py")} - {"__init__"}
    assert parts - set(FLOORS) == set()


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("endogene_token.sdk.client", "from endogene_token.relay import queue"),
        ("endogene_token.relay.queue", "from ..indexer.models import Row"),
        ("endogene_token.indexer.audit", "import endogene_token.sdk"),
        ("endogene_token.money", "from endogene_token import receipts"),
        ("endogene_token.chain.rpc", "def f():\n    import api.deps"),
        ("endogene_token.store.engine", "from endogene_token.chain import rpc"),
        ("api.app", "from endogene_token.cli import app"),
    ],
)
def test_an_import_planted_upward_or_sideways_is_noticed(module: str, line: str) -> None:
    """The rule above can fail, whichever way the import is written."""
    assert wrong_imports(line, module) != []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("endogene_token.sdk.client", "from endogene_token.sdk import flows\nfrom .flows import Quote"),
        ("endogene_token.relay.queue", "from endogene_token.chain.rpc import Rpc\nimport endogene_token"),
        (
            "api.routes.health",
            "from endogene_token import receipts\nfrom api.deps import session\nimport httpx",
        ),
    ],
)
def test_an_import_downward_or_at_home_is_allowed(module: str, line: str) -> None:
    """The rule forbids no more than it says."""
    assert wrong_imports(line, module) == []


@pytest.mark.parametrize("name", PURE)
def test_the_ground_floor_does_no_input_and_no_output(name: str) -> None:
    """Money, errors and receipts compute; they open, send, wait for and draw nothing."""
    for path in sources(name):
        text = path.read_text()
        assert {one.partition(".")[0] for one in imports(text, module_name(path))} & OUTSIDE == set()
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}
        assert calls & {"open", "print", "input"} == set()


@pytest.mark.parametrize("name", NO_FLOATS)
def test_no_float_comes_near_money(name: str) -> None:
    """DESIGN section 2: no floating-point number ever touches money."""
    found = [f"{path.name} {one}" for path in sources(name) for one in floats(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "x = 0.5",
        "x = 1e3",
        "x = float(y)",
        "x = a / b",
        "x /= 2",
        "pay(amount=1.5)",
        "def f(rate=0.1): ...",
        "folder / name",
    ],
)
def test_a_planted_float_is_noticed(line: str) -> None:
    """The rule above can fail."""
    assert floats(line) != []


@pytest.mark.parametrize(
    "line",
    [
        "POLL_SECONDS = 0.05",
        "wait_seconds: float = 1 / 3",
        "def f(*, timeout_seconds: float = 2.5): ...",
        "wait(max_seconds=0.1)",
        "x = a // b",
        'folder / "ledger.sqlite"',
        'folder / f"{till}.sqlite"',
    ],
)
def test_a_time_in_seconds_a_path_and_a_whole_division_are_no_floats_near_money(line: str) -> None:
    """The rule forbids no more than it says."""
    assert floats(line) == []


def house_files() -> list[Path]:
    python = files("py", "api", "scripts", "tests", suffix=".py")
    pages = [one for suffix in (".css", ".js", ".html") for one in files("api", suffix=suffix)]
    own = [one for one in pages if "vendor" not in one.parts]
    return [*python, *own, *files("contracts", "tests/contracts", suffix=".sol")]


def test_every_file_has_fewer_than_400_lines() -> None:
    """A file is read in one sitting."""
    lengths = {path: len(path.read_text().splitlines()) for path in house_files()}
    assert {str(path): lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_function_has_at_most_40_lines() -> None:
    """A function is seen at one glance."""
    found = [
        f"{path.name} {one}"
        for path in house_files()
        if path.suffix == ".py"
        for one in long_functions(path.read_text())
    ]
    assert found == []


def test_a_function_of_41_lines_is_noticed() -> None:
    """The rule above can fail, and not one line early."""
    body = "\n    pass" * 39
    assert long_functions(f"def f() -> None:{body}") == []
    assert long_functions(f"async def f() -> None:{body}\n    pass") == ["f: 41"]
