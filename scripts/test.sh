#!/usr/bin/env bash
# Runs every test of the project and says at the end what ran against what.
# Each step's output goes to .cache/test/<step>.log and, on failure, to the
# screen. Servers that tests need are started by the tests themselves on free
# ports of 127.0.0.1 with temporary directories.
set -uo pipefail
cd "$(dirname "$0")/.."
LOGS=$PWD/.cache/test
rm -rf "$LOGS"; mkdir -p "$LOGS"
. scripts/needs.sh

passed=0 failed=0 skipped=0
report=()

step() { # step NAME AGAINST COMMAND…
  local name=$1 against=$2; shift 2
  local start=$SECONDS
  printf '%-28s ' "$name"
  if "$@" >"$LOGS/$name.log" 2>&1; then
    passed=$((passed + 1)); echo "ok    $((SECONDS - start)) s"
    report+=("ran      $name: $against")
  else
    failed=$((failed + 1)); echo "FAILED after $((SECONDS - start)) s"
    report+=("FAILED   $name: $against")
    grep -aE '^(---|===|\s+---) ?FAIL|FAIL|panic:|Error|error' "$LOGS/$name.log" | head -40
    echo "--- end of $name.log"; tail -40 "$LOGS/$name.log"
  fi
}

skip() { # skip NAME WHY – loud, and a failure in CI if the backend is required
  skipped=$((skipped + 1)); report+=("SKIPPED  $1: $2")
  printf '%-28s %s\n' "$1" "SKIPPED: $2"
}

need go golang-go || exit 1
need node nodejs || exit 1
need npm npm || exit 1
need redis-server redis-server || exit 1
need chromium chromium || exit 1
need fc-list fontconfig || exit 1
need_chinese_font || exit 1
export REQUIRE_BACKENDS=1

go_format() { local bad; bad=$(gofmt -l $(git ls-files '*.go')); [ -z "$bad" ] || { echo "gofmt these:"; echo "$bad"; return 1; }; }
# Whole contests from end to end: minutes with the race detector, which the tests of their parts have.
whole='^(TestPublished.*|TestNobodyLearnsAName|TestTheProgramNamesNobody|TestDivisionsEqualTheOracle)$'
go_tests() { go test -race -shuffle=on -count=1 -timeout 20m -skip "$whole" ./...; }
go_whole() { go test -shuffle=on -count=1 -timeout 20m -run "$whole" ./web ./cmd/xinglu ./engine/modeltest; }
ferretdb() { (cd test/ferretdb && go test -count=1 -timeout 10m ./...); }
ui() { (cd web/ui && npm run --silent "$1"); }
drift() {
  go run ./cmd/xinglu openapi >"$LOGS/openapi.yaml" && diff -u web/openapi.yaml "$LOGS/openapi.yaml" &&
    (cd web/ui && npx --no-install openapi-typescript ../openapi.yaml -o "$LOGS/api.gen.ts" && diff -u src/shared/api.gen.ts "$LOGS/api.gen.ts")
}

step install-ui   "npm ci from the lock file"                 make --no-print-directory web/ui/node_modules/.installed
step ui-types     "vue-tsc"                                   ui check
step ui-lint      "eslint, prettier"                          ui lint
step ui-unit      "vitest, happy-dom, fake-indexeddb"         ui test
step build        "vite build with size budget, go build"     make --no-print-directory build
step go-format    "gofmt"                                     go_format
step go-vet       "go vet"                                    go vet ./...
step api-drift    "openapi.yaml and TypeScript types"         drift
step go           "Go -race -shuffle; SQLite on disk, $(redis-server --version | awk '{print "redis "$3}'), own OP_MSG server for MongoDB" go_tests
step go-whole     "Go without -race: published contests, planted names, random divisions" go_whole
if [ -n "${TEST_MONGO_URI:-}" ]; then
  report+=("ran      go: contract suite against the MongoDB of TEST_MONGO_URI")
else
  skip mongodb "TEST_MONGO_URI is not set: the contract suite did not run against a real MongoDB (the wire-level server ran)"
fi
step ferretdb     "FerretDB v1.24.2, insert and find only"    ferretdb
step browser      "$(chromium --version 2>/dev/null | head -1), the built program on SQLite, on own OP_MSG server + redis, as two nodes" ui e2e

echo
echo "What ran against what"
printf '  %s\n' "${report[@]}"
grep -ahE '^\s*--- SKIP|^--- SKIP' "$LOGS"/*.log 2>/dev/null | sort | uniq -c | sed 's/^/  go skip: /'
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
