"""Versions that come while clients ask, whichever server it is."""

import threading
from collections.abc import Callable

import grpc
import httpx
from tests.contract.inference.calls import images, infer_request
from tests.contract.inference.server_process import Server
from tests.support.tiny_model import NAME
from tritonclient.grpc import service_pb2_grpc

Publish = Callable[[int], str]
"""Publishes the tiny model with that seed; its version."""


class Clients(threading.Thread):
    """Two clients that ask without a pause; every answer's version, every failure."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(server.grpc))
        self._leave = threading.Event()
        self.versions: list[str] = []
        self.failures: list[str] = []

    def run(self) -> None:
        request = infer_request(images(1), NAME)
        while not self._leave.is_set():
            calls = [self._stub.ModelInfer.future(request, timeout=20) for _ in range(4)]
            for call in calls:
                try:
                    self.versions.append(call.result().model_version)
                except grpc.RpcError as error:
                    self.failures.append(str(error))

    def stop(self) -> None:
        self._leave.set()
        self.join(30)


def index(server: Server) -> dict[str, tuple[str, str]]:
    """State and reason by version."""
    index = httpx.post(f"{server.http}/v2/repository/index").json()
    return {version["version"]: (version["state"], version.get("reason", "")) for version in index}
