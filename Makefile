# Each target is one script, so that make is a convenience and not a need: `sh scripts/demo` does the same.
.POSIX:
.PHONY: help demo test check bench fuzz live soak clean
.NOTPARALLEL:

help:
	@echo "make demo    play net-response-lost and print its verdict"
	@echo "make test    run the tests"
	@echo "make check   style, types, the house's arrows, pages in step"
	@echo "make bench   measure, and print a table"
	@echo "make fuzz    a million harmed frames through codec and host"
	@echo "make live    every scenario live, in memory and over Mosquitto"
	@echo "make soak    kill the services and the broker of live worlds for ten minutes, and judge them"
	@echo "make clean   remove what these made (.venv, caches, builds)"

demo:
	@sh scripts/demo

test:
	@sh scripts/test

check:
	@sh scripts/check

bench:
	@sh scripts/bench

fuzz:
	@sh scripts/fuzz

live:
	@sh scripts/live

soak:
	@sh scripts/soak

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
