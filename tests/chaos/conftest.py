"""The fixtures of the end-to-end tests: these use the same servers and voices."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from fixtures import pytest_runtest_makereport, pytest_sessionstart, real_store, serve, site, store  # noqa: E402

__all__ = ["pytest_runtest_makereport", "pytest_sessionstart", "real_store", "serve", "site", "store"]
