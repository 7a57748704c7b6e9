"""The fixtures of the end-to-end tests: these use the same servers and voices."""
import pathlib
import sys

_TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_TESTS / "e2e"), str(_TESTS.parent / "deploy/ray")]

from fixtures import pytest_runtest_makereport, pytest_sessionstart, serve, site, store  # noqa: E402

__all__ = ["pytest_runtest_makereport", "pytest_sessionstart", "serve", "site", "store"]
