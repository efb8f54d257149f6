#!/usr/bin/env bash
# Every check, in the order in which a mistake is found soonest. The last lines are pytest's.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

say() { printf '\n── %s\n' "$*"; }

say "Python: style and types"
$bin/ruff check .
$bin/ruff format --check .
$bin/mypy

say "Solidity: style and lint"
scripts/forge.sh fmt --check contracts tests/contracts/forge
# A folder of its own: lint leaves artifacts without code, which a later `forge test` would take for built.
FOUNDRY_OUT=.build/lint FOUNDRY_CACHE_PATH=.build/lint-cache scripts/forge.sh lint --deny warnings contracts
node_modules/.bin/solhint --disc --max-warnings 0 'contracts/**/*.sol'

say "Contracts: the packaged artifacts are those of the sources"
$bin/python scripts/compile.py --check

say "Pages: what they load from other projects is as its packages hold it"
$bin/python scripts/vendor.py --check

say "Tests"
exec $bin/python -m pytest -n 2 --dist loadgroup "$@"
