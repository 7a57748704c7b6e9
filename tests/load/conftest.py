"""The fixtures of the end-to-end tests: these use the same servers and voices."""
import importlib.util
import pathlib
import sys

_E2E = pathlib.Path(__file__).resolve().parent.parent / "e2e"
sys.path.insert(0, str(_E2E))
_spec = importlib.util.spec_from_file_location("e2e_conftest", _E2E / "conftest.py")
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)

pytest_runtest_makereport = _shared.pytest_runtest_makereport
pytest_sessionstart = _shared.pytest_sessionstart
store = _shared.store
hibari_store = _shared.hibari_store
serve = _shared.serve
