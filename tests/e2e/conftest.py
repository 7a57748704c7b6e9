from fixtures import (hibari_store, pytest_runtest_makereport, pytest_sessionstart, real_store, serve, server, site,
                      store)

__all__ = ["hibari_store", "pytest_runtest_makereport", "pytest_sessionstart", "real_store", "serve", "server", "site", "store"]
