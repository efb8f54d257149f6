"""What the tests of the source read: its files, its imports, its sentences."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import nodes

ROOT = Path(__file__).parents[2]


def files(*folders: str, suffix: str) -> list[Path]:
    """Return the files of the project under `folders` whose name ends in `suffix`, in order."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))


def imports(source: str, module: str) -> set[str]:
    """Return the dotted names that `source`, the text of `module`, imports; relative ones made absolute."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def python_sentences(source: str) -> Iterator[str]:
    """Yield the English sentences of a Python file: of tr(), of mark(), of the attributes what and advice.

    Of many(), the sentence for one and that for several.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node) == "many":
            pair = [one for one in node.args[1:3] if isinstance(one, ast.Constant)]
            yield from (one.value for one in pair if isinstance(one.value, str))
        value: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args and _called(node) in {"tr", "mark"}:
            value = node.args[0]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and _targets(node) & {"what", "advice"}:
            value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def template_sentences(source: str) -> Iterator[str]:
    """Yield the English sentences of a Jinja template: of its calls of tr() and of many()."""
    tree = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(source)
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        said = {"tr": call.args[:1], "many": call.args[1:3]}.get(name, [])
        yield from (one.value for one in said if isinstance(one, nodes.Const))


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}
