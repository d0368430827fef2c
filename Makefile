# Everything a person types here. `make run` shows the product, `make test` proves it.
.PHONY: run test build dev bench torture generate lint tools ui FORCE

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN := bin/visavis
UI_SOURCES := $(shell find ui -type d \( -name node_modules -o -name dist -o -name e2e -o -name results \) -prune -o -type f ! -name '*.go' -print 2>/dev/null)

run: build
	$(BIN) demo

build: ui
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(BIN) ./cmd/visavis

test: tools ui
	@mkdir -p bin
	@go build -o bin/checker ./scripts/check
	@bin/checker $(ONLY)

dev: ui
	scripts/dev

# Quick figures; `make bench ARGS=--full` for all of them.
bench: build
	$(BIN) bench $(ARGS)

torture: build
	VISAVIS_BIN=$(CURDIR)/$(BIN) scripts/with-postgres go test -count=1 -timeout 30m -v -run 'Kill|Drain|Nodes' ./torture

generate: ui/node_modules/.package-lock.json
	scripts/generate

lint: ui/node_modules/.package-lock.json
	go run ./scripts/check format vet lint types style

tools:
	@scripts/install-tools

# The front end is built when a source is newer than the last build, and its packages are
# installed when there are none or the lock file changed.
ui: bin/.ui-built
bin/.ui-built: ui/node_modules/.package-lock.json $(UI_SOURCES) $(if $(wildcard ui/dist/*/index.html),,FORCE)
	cd ui && npm run build
	@mkdir -p bin && touch $@

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund
	@touch $@

FORCE:
