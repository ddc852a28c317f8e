"""LitServe: `python -m tests.load.peer_servers.litserve_server PORT PROCESSES`."""

import sys

import litserve
from fastapi import Response, UploadFile
from tests.load.peer_servers.critique import PhotoCritic


class PhotoApi(litserve.LitAPI):
    """A photo as a multipart file → its critique."""

    def setup(self, device: str) -> None:
        """Once a worker."""
        self.critic = PhotoCritic()

    def decode_request(self, request: UploadFile) -> bytes:
        """The photo."""
        return request.file.read()

    def predict(self, photo: bytes) -> str:
        """The critique."""
        return self.critic.critique(photo)

    def encode_response(self, critique: str) -> Response:
        """As JSON."""
        return Response(critique, media_type="application/json")


if __name__ == "__main__":
    server = litserve.LitServer(PhotoApi(), accelerator="cpu", workers_per_device=int(sys.argv[2]))
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="error")
