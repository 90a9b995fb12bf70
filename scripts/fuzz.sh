#!/usr/bin/env bash
# Runs every native fuzz test of the module for the given time (default 60s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-60s}
git grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' -- '*_test.go' >/dev/null || { echo "no fuzz tests"; exit 1; }
git grep -lE '^func Fuzz' -- '*_test.go' | while read -r file; do
  pkg=./$(dirname "$file")
  grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | sed 's/func //' | while read -r name; do
    echo "== $pkg $name"
    go test "$pkg" -run '^$' -fuzz "^$name\$" -fuzztime "$time"
  done
done
