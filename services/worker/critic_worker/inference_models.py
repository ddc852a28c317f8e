"""All models of one inference server, each asked by a client of its own. Imported in pool children only."""

from critic_worker.inference_client import InferenceClient
from critic_worker.settings import WorkerSettings


class InferenceModels:
    """Makes a client when a model is first asked for; gRPC shares one connection between them."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._clients: dict[str, InferenceClient] = {}

    def classifier(self, name: str | None = None) -> InferenceClient:
        """The model of that name; without one that of CRITIC_MODEL."""
        name = name or self._settings.model
        if name not in self._clients:
            settings = self._settings
            self._clients[name] = InferenceClient(settings.inference_url, name, settings.inference_timeout_seconds)
        return self._clients[name]

    def others(self) -> list[str]:
        """The names of the models that answer beside that of CRITIC_MODEL. Raises InferenceUnavailable."""
        return [name for name in self.classifier().served() if name != self._settings.model]
