#!/usr/bin/env bash
# Calls the native forge: the npm launcher of 1.7.1 exits 0 even when tests fail.
set -euo pipefail
cd "$(dirname "$0")/.."
exec "$(echo node_modules/@foundry-rs/forge-*/bin/forge)" "$@"
