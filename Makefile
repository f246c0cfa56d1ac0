# The command set. The README's two commands are scripts/demo and scripts/check.
.PHONY: build release check demo prove sim fuzz live bench matrix tidy format clean

build:            ## the dev build
	scripts/deps && cmake --preset dev >/dev/null && cmake --build --preset dev
release:          ## the build to install
	scripts/deps && cmake --preset release >/dev/null && cmake --build --preset release
check:            ## all tests
	scripts/check
demo:             ## a file moves, and survives kills, before your eyes
	scripts/demo
prove:            ## the formal models, and that each bug planted in them is found
	scripts/prove
sim: release      ## 100,000 simulated worlds, docs/faults.md, planted bugs and all pairs of them
	build/release/bin/sim --seeds-in test/sim/seeds.txt --seeds 1..100000 --matrix docs/faults.md
	build/release/bin/sim --mutants --seeds 1..4000
fuzz:             ## each fuzzer for FUZZ_SECONDS (default 600)
	scripts/fuzz $${FUZZ_SECONDS:-600}
live: release     ## kills and outages on real servers (SEED: as an earlier campaign)
	ctest --test-dir build/release --output-on-failure --label-regex live
	python3 test/live/campaign/campaign.py build/release/bin $(if $(SEED),--seed $(SEED))
bench: release    ## measured against globus-url-copy on a link of 400 Mbit/s
	bench/run
matrix:           ## every preset with both compilers (build/COMPILER-PRESET)
	scripts/deps && for c in "gcc-12 g++-12" "clang-14 clang++-14"; do set -- $$c; for p in dev release asan tsan; do \
	  echo "$$2 $$p"; cmake --preset $$p -B build/$$2-$$p -DCMAKE_C_COMPILER=$$1 -DCMAKE_CXX_COMPILER=$$2 >/dev/null && \
	  cmake --build build/$$2-$$p || exit 1; done; done
	cmake --preset fuzz >/dev/null && cmake --build --preset fuzz
tidy:
	scripts/tidy --all
format:
	scripts/format
clean:
	rm -rf build
