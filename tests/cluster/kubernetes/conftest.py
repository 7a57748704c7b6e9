"""One control plane for all tests; each has a namespace of its own. Gateways and workers are those of the end-to-end tests."""
import pytest

import control_plane


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, request):
    made = control_plane.ControlPlane(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        made.define("servicemonitors.yaml", "prometheusrules.yaml", "scaledobjects.yaml", "rayclusters.yaml")
        for number in range(3):
            made.add_node(f"node-{number}", f"zone-{number}")
        yield made
    except BaseException:
        made.processes.show()
        raise
    else:
        if request.session.testsfailed:
            made.processes.show()
    finally:
        made.stop()


@pytest.fixture
def namespace(cluster, request):
    """The name of a new one."""
    name = request.node.originalname.replace("_", "-")[:40].strip("-")
    cluster.add_namespace(name)
    return name
