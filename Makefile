.PHONY: setup build test
setup:
	@tools/setup

build: setup
	@cmake --preset release
	@cmake --build --preset release

test: build
	@ctest --test-dir build --output-on-failure --no-tests=error
