#!/usr/bin/env bash
# Ape with the project's compiler: it looks for solc by version in a folder of its own, so that is what it gets.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .build/solc
ln -sf ../../scripts/solc.mjs .build/solc/solc-v0.8.37
export SOLCX_BINARY_PATH="$PWD/.build/solc"
exec .venv/bin/ape "$@"
