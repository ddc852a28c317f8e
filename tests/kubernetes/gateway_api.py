"""The published schema of the Gateway API, out of the npm package that carries it."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.kubernetes.rendered import ROOT, Manifest
from tests.support.missing import service_missing

PACKAGE = "@kubernetes-models/gateway-api@2.0.0"
FOLDER = ROOT / ".cache" / PACKAGE.rpartition("/")[2].replace("@", "-")
VALIDATE = """
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
new HTTPRoute(JSON.parse(process.argv[1])).validate();
"""


def validate_route(manifest: Manifest) -> None:
    """AssertionError for missing and invalid fields of an HTTPRoute; the schema allows unknown ones."""
    command = ["node", "--input-type=module", "--eval", VALIDATE, json.dumps(manifest)]
    done = subprocess.run(command, cwd=_package(), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr


@cache
def _package() -> Path:
    if not (FOLDER / "node_modules").exists():
        if shutil.which("npm") is None:
            service_missing("no npm, which brings the schema of the Gateway API")
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text("{}")
        install = ["npm", "install", "--silent", "--no-audit", "--ignore-scripts", PACKAGE]
        subprocess.run(install, cwd=FOLDER, timeout=900, check=True)
    return FOLDER
