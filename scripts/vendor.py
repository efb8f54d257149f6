"""What pages load from other projects: `python scripts/vendor.py` copies it, `--check` compares it.

The copies are committed, so that the service runs without Node. Each comes from the package of npm whose
version package.json pins; its licence stands beside it in LICENSES.txt.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
VENDOR: Final = Path("api/static/vendor")
ATKINSON: Final = "@fontsource/atkinson-hyperlegible-next"
SOURCE_MAP: Final = b"//# sourceMappingURL="


@dataclass(frozen=True, slots=True)
class Vendored:
    """A file of a package, and the name that it has here."""

    package: str
    path: str
    name: str


FILES: Final = (
    Vendored("htmx.org", "dist/htmx.min.js", "htmx.js"),
    Vendored("htmx.org", "dist/ext/hx-csp.min.js", "hx-csp.js"),
    Vendored("@simplewebauthn/browser", "dist/bundle/index.umd.min.js", "webauthn.js"),
    Vendored(ATKINSON, "files/atkinson-hyperlegible-next-latin-400-normal.woff2", "atkinson-400.woff2"),
    Vendored(ATKINSON, "files/atkinson-hyperlegible-next-latin-600-normal.woff2", "atkinson-600.woff2"),
    Vendored("@fontsource/fraunces", "files/fraunces-latin-500-normal.woff2", "fraunces.woff2"),
    Vendored("jsqr", "dist/jsQR.js", "jsqr.js"),
)


def main() -> int:
    """Return the exit code: 1 when a check finds a file that is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when a file is not current"
    )
    options = parser.parse_args()
    wanted = vendored(ROOT / "node_modules")
    folder = ROOT / VENDOR
    held = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
    if options.check:
        stale = sorted(name for name in held.keys() | wanted.keys() if held.get(name) != wanted.get(name))
        sys.stderr.writelines(f"{VENDOR / name}: not current; run scripts/vendor.py\n" for name in stale)
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in held.keys() - wanted.keys():
        (folder / name).unlink()
    for name, content in wanted.items():
        (folder / name).write_bytes(content)
    return 0


def vendored(modules: Path) -> dict[str, bytes]:
    """Return the files by their names here, as the packages in `modules` hold them."""
    found = {one.name: _plain((modules / one.package / one.path).read_bytes()) for one in FILES}
    packages = sorted({one.package for one in FILES})
    found["LICENSES.txt"] = "\n".join(_licence(modules / package) for package in packages).encode()
    return found


def _plain(content: bytes) -> bytes:
    """Return a file without the line that names its source map: a browser would ask us for it."""
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(SOURCE_MAP))


def _licence(package: Path) -> str:
    told = json.loads((package / "package.json").read_text("utf-8"))
    [text] = [path for path in package.iterdir() if path.stem.upper() in {"LICENSE", "LICENCE"}]
    rule = "=" * 72
    return f"{rule}\n{told['name']} {told['version']}\n{rule}\n\n{text.read_text('utf-8').strip()}\n"


if __name__ == "__main__":
    sys.exit(main())
