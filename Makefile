# Two commands matter: `make demo` shows the product, `make test` checks it. See CONTRIBUTING.md.
SHELL := /bin/bash
HANDBACK := target/debug/handback

.PHONY: demo test check dist audit bench study agreement fuzz clean

# Build, make the example authority's files, take them in and serve its pages.
demo:
	cargo build --workspace
	$(HANDBACK) demo

# Everything that must pass before a change lands, in the order in which it fails fastest.
test:
	cargo fmt --check
	cargo clippy --workspace --all-targets -- -D warnings
	scripts/with-postgres cargo test --workspace
	scripts/browser-tests

# One stripped binary that needs neither Rust nor Node, and its checksum.
dist:
	cargo build --release --workspace
	mkdir -p dist
	cp target/release/handback dist/
	cd dist && sha256sum handback > handback.sha256

# Licences, sources and duplicate crates; advisories need the network, so this is no part of `make test`.
audit:
	cargo deny check

# How fast, beside what peers need for the same work. Takes minutes and writes to a temporary folder.
bench: dist
	cargo run --release -p handback-core --example clocks_and_readiness
	cargo run --release -p handback-core --example suppression
	@echo "A service desk's log: make bench LOG=FILE.csv"; test -z "$(LOG)" || cargo run --release -p handback-intake --example service_desk -- $(LOG)
	scripts/bench
	scripts/bench-web

# How often a verdict is wrong, and how much it finds, on made-up series of known noise: docs/study.md.
study:
	cargo run --release -p handback-core --example study

# How far our reading of real ledgers agrees with an independent one: make agreement SPEND=folder
agreement:
	cargo run --release -p handback-intake --example agreement -- $(SPEND)

# A minute of each fuzz target; needs cargo-fuzz and a nightly toolchain.
fuzz:
	cd fuzz && for target in $$(cargo fuzz list); do cargo fuzz run $$target -- -max_total_time=60 || exit 1; done

clean:
	cargo clean
	rm -rf dist handback-demo
