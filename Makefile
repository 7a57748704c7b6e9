# The commands of the project. `make serve` and `make test` need nothing else.
# ARGS are further flags of `antiphon serve`, for example: make serve ARGS='--workers 2'.
.PHONY: setup build serve check test load bench-peers tarball deb wheel addon image docs format clean

# hibari speaks unless `antiphon voices default` names another; Piper's joe is there, too.
voices := .deps/voices/hibari .deps/voices/en_US-joe-medium.onnx

setup:
	@tools/setup

build: setup
	@cmake --preset release
	@cmake --build --preset release --target antiphon --parallel "$$(nproc)"

serve: build
	@for voice in $(voices); do build/antiphon voices add $$voice || exit; done
	@build/antiphon voices default hibari --unless-set
	@exec build/antiphon serve --listen 127.0.0.1:8080 $(ARGS)

# The quick check while you work; `make test` is everything.
check:
	@tools/check

test:
	@tools/test

# Users of all kinds for the server that runs on 127.0.0.1:8080, by locust's page on 127.0.0.1:8089 (docs/bench.md).
load:
	@tools/load_tests web $(ARGS)

# Antiphon beside other speech servers on this machine; ten minutes, on an idle one (docs/peers.md).
bench-peers: build
	@tools/bench_peers $(ARGS)

# What is shipped, in build/packages: from the release build, its version and commit in the names (docs/install.md).
tarball deb wheel addon image: build
	@tools/package $@

# The documentation as a site, in build/site.
docs:
	@tools/docs

format:
	@git ls-files 'src/*.cc' 'src/*.h' | xargs clang-format-19 -i

clean:
	@rm -rf build
