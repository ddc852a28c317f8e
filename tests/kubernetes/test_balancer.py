"""HAProxy reads the balancer's configuration, and says nothing against it."""

import os
import subprocess

import pytest
from tests.compose.stack import engine_missing
from tests.kubernetes.rendered import FOLDER, FOLDERS, named, rendered


@pytest.mark.compose
def test_haproxy_takes_its_configuration() -> None:
    if reason := engine_missing():
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    (container,) = named(rendered(FOLDERS["cpu"]), "Deployment")["balancer"]["spec"]["template"]["spec"]["containers"]
    environment = [part for one in container["env"] for part in ("-e", f"{one['name']}={one['value']}")]
    mount = ["-v", f"{FOLDER / 'base/haproxy.cfg'}:/etc/balancer/haproxy.cfg:ro"]
    command = ["docker", "run", "--rm", *environment, *mount, container["image"]]
    done = subprocess.run(
        [*command, *container["command"], "-c", "-V"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
