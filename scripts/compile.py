"""Compile the contracts: `python scripts/compile.py` writes what the package carries, `--check` compares it.

Storage layouts (contracts/layout) may only grow. `--new-layout` accepts one that moved, which is right only
before the first community runs on the former one.
"""

import argparse
import sys
from pathlib import Path

import msgspec

from endogene_token.chain import compiler

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Return the exit code: 1 when a check fails or a layout moved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when a file is not current"
    )
    parser.add_argument("--new-layout", action="store_true", help="accept storage layouts that moved")
    options = parser.parse_args()
    artifacts = compiler.compile_contracts(ROOT)
    layouts = compiler.layouts(artifacts)
    problems = [] if options.new_layout else layout_problems(ROOT / compiler.LAYOUTS, layouts)
    if options.check:
        for folder, files in (
            (compiler.artifacts_folder(ROOT), artifacts),
            (ROOT / compiler.LAYOUTS, layouts),
        ):
            problems += [
                f"{folder / name}: not current; run scripts/compile.py"
                for name in compiler.stale(files, folder)
            ]
    else:
        compiler.write(artifacts, compiler.artifacts_folder(ROOT))
        if not problems:
            compiler.write(layouts, ROOT / compiler.LAYOUTS)
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def layout_problems(folder: Path, layouts: dict[str, bytes]) -> list[str]:
    """Return what of the committed layouts in `folder` is not kept by `layouts`, one line each."""
    return [
        f"{path}: moved, gone or of another type: {what}"
        for path in sorted(folder.glob("*.json"))
        for what in compiler.moved(
            msgspec.json.decode(path.read_bytes()),
            msgspec.json.decode(layouts.get(path.name, b'{"storage":[],"types":{}}')),
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
