"""BentoML: `bentoml serve tests.load.peer_servers.bentoml_server:PhotoService`, with BENTO_PROCESSES workers."""

import os
from pathlib import Path

import bentoml
from tests.load.peer_servers.critique import PhotoCritic


@bentoml.service(workers=int(os.environ["BENTO_PROCESSES"]), traffic={"timeout": 60})
class PhotoService:
    """A photo as a multipart file → its critique."""

    def __init__(self) -> None:
        self.critic = PhotoCritic()

    @bentoml.api(route="/predict")
    def predict(self, request: Path) -> str:
        """The critique."""
        return self.critic.critique(request.read_bytes())
