"""The fixtures of the end-to-end tests: these use the same servers and voices."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from fixtures import hibari_store, pytest_runtest_makereport, pytest_sessionstart, serve, store  # noqa: E402

__all__ = ["hibari_store", "pytest_runtest_makereport", "pytest_sessionstart", "serve", "store"]
