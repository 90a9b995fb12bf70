# Xinglu 兴鲁. `make run` to look, `make test` to prove.
SHELL := /bin/bash
.DEFAULT_GOAL := help
GO      ?= go
BIN     := bin/xinglu
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
UI      := web/ui
UI_SRC  := $(shell find $(UI)/src $(UI)/locales $(UI)/public $(UI)/scripts -type f 2>/dev/null) \
           $(wildcard $(UI)/*.html $(UI)/*.ts $(UI)/*.js $(UI)/package.json $(UI)/.npmrc)
GOLANGCI := v2.15.0
TOOLS   := .cache/bin

.PHONY: help run build test check lint fmt generate generate-check fuzz bench soak chaos e2e clean web

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build everything and start it with embedded stores and demo data
	./$(BIN) serve --demo

build: web ## the program with its screens, in bin/
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/xinglu

web: $(UI)/dist/.built ## the screens only

$(UI)/node_modules/.installed: $(UI)/package-lock.json
	cd $(UI) && npm ci --no-audit --no-fund
	@touch $@

$(UI)/dist/.built: $(UI)/node_modules/.installed $(UI_SRC)
	cd $(UI) && npm run --silent build
	@touch $@

test: ## everything: Go with -race, screens, browser; installs what it needs on Debian as root
	@scripts/test.sh

check: ## the quick part of test: format, vet, types, Go tests without -race
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt these:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) test ./...
	cd $(UI) && npm run --silent check

lint: $(TOOLS)/golangci-lint-$(GOLANGCI) ## golangci-lint at its pinned version
	$(TOOLS)/golangci-lint-$(GOLANGCI) run ./...

$(TOOLS)/golangci-lint-$(GOLANGCI):
	@mkdir -p $(TOOLS)
	GOBIN=$(abspath $(TOOLS)) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	@mv $(TOOLS)/golangci-lint $@

fmt: ## format Go and screens
	gofmt -w $$(git ls-files '*.go')
	cd $(UI) && npx prettier --write --log-level warn .

generate: ## openapi.yaml from the Go structs, TypeScript types from openapi.yaml
	$(GO) run ./cmd/xinglu openapi > web/openapi.yaml.new && mv web/openapi.yaml.new web/openapi.yaml
	cd $(UI) && npm run --silent gen

generate-check: generate ## fails when generated files are not what is committed
	git diff --exit-code -- web/openapi.yaml $(UI)/src/shared/api.gen.ts

fuzz: ## every fuzz test for a minute
	@scripts/fuzz.sh 60s

bench: build ## the full benchmarks; figures go into docs/benchmarks.md
	./$(BIN) bench save && ./$(BIN) bench board && ./$(BIN) bench exam && ./$(BIN) bench marking

soak: build ## half an hour of crash and reconnect under load
	@scripts/soak.sh

chaos: ## a server killed 20 times in an exam of 200 loses no acknowledged answer
	@scripts/chaos.sh

e2e: build ## the browser tests alone
	cd $(UI) && npm run --silent e2e

clean: ## what was built; not the data
	rm -rf bin $(UI)/dist/assets $(UI)/dist/*.html $(UI)/dist/.built $(UI)/node_modules .cache
