#!/usr/bin/env bash
# Repeats the tests that crash, cut and race, and a thousand random divisions
# beside their oracle, for the given number of rounds (default 20). Stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-20}
for i in $(seq "$rounds"); do
  echo "round $i of $rounds"
  go test -count=1 -timeout 30m ./engine/modeltest -rapid.checks=1000
  go test -race -count=1 -shuffle=on ./internal/store/sqlite ./internal/ledger ./internal/live/... ./engine/... ./scoring/board
done
