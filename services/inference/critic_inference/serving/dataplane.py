"""The protocol's calls, independent of the transport. Responses about models are the protocol's protobuf messages."""

from importlib.metadata import version as package_version
from typing import Any

from tritonclient.grpc import service_pb2 as pb

from critic_inference.batching.policy import MICROSECOND
from critic_inference.errors import ModelNotReady, RequestRefused, UnknownModel, Unsupported
from critic_inference.messages import InferRequest, InferResponse
from critic_inference.serving.catalogue import Catalogue
from critic_inference.serving.config import input_specs, output_specs
from critic_inference.serving.model_version import ModelVersion, State
from critic_inference.serving.request_validation import input_feeds, output_names
from critic_inference.serving.statistics_message import statistics_message

NAME = "photo-critic-inference"
EXTENSIONS = ("model_repository", "model_configuration", "schedule_policy", "binary_tensor_data", "statistics")


class DataPlane:
    """The calls of the protocol; every transport delegates to it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._open, self._draining = False, False

    def open(self) -> None:
        """Called when all transports listen: from now on the server is as ready as its models."""
        self._open = True

    def drain(self) -> None:
        """Not ready from now on, but still serving."""
        self._draining = True

    def unready(self) -> list[str]:
        """Reasons why the server is not ready; [] when it is."""
        if self._draining:
            return ["the server is shutting down"]
        return self._catalogue.unready() or ([] if self._open else ["the server is starting"])

    def model_ready(self, name: str, version: str) -> bool:
        """False also for unknown models, as in Triton. Raises RequestRefused for a version that is no number."""
        try:
            return not self._draining and self._catalogue.find(name, version).state is State.ready
        except UnknownModel:
            return False

    def server_metadata(self) -> Any:
        """A `ServerMetadataResponse`."""
        return pb.ServerMetadataResponse(name=NAME, version=package_version("photo-critic"), extensions=EXTENSIONS)

    def model_metadata(self, name: str, version: str) -> Any:
        """A `ModelMetadataResponse`. Raises UnknownModel, ModelNotReady."""
        found = self._ready_version(name, version)
        message = pb.ModelMetadataResponse(name=name, platform=found.config.platform or found.config.backend)
        message.versions.extend(self._listed_versions(name, found, version))
        for spec in input_specs(found.config):
            message.inputs.add(name=spec.name, datatype=spec.datatype, shape=spec.shape)
        for spec in output_specs(found.config):
            message.outputs.add(name=spec.name, datatype=spec.datatype, shape=spec.shape)
        return message

    def model_config(self, name: str, version: str) -> Any:
        """A `ModelConfigResponse`: config.pbtxt, completed. Raises UnknownModel, ModelNotReady."""
        return pb.ModelConfigResponse(config=self._ready_version(name, version).config)

    def model_statistics(self, name: str, version: str) -> Any:
        """A `ModelStatisticsResponse`; no name means all models. Raises RequestRefused, as Triton does here."""
        try:
            found = [self._catalogue.find(name, version)] if version and name else self._ready_versions(name)
        except UnknownModel as error:
            raise RequestRefused(f"requested model '{name}' is not available") from error
        return pb.ModelStatisticsResponse(
            model_stats=[statistics_message(model.name, model.number, model.statistics) for model in found]
        )

    def repository_index(self, repository: str = "", only_ready: bool = False) -> Any:
        """A `RepositoryIndexResponse`. Raises Unsupported when a repository is named."""
        if repository:
            raise Unsupported("'repository_name' specification is not supported")
        index = pb.RepositoryIndexResponse()
        for model in self._catalogue:
            if not model.versions and not only_ready:
                index.models.add(name=model.name, state=State.unavailable, reason=model.reason)
            for number, reason in model.rejected.items():
                if number and not only_ready:
                    index.models.add(name=model.name, version=str(number), state=State.unavailable, reason=reason)
            for version in model.versions.values():
                if version.state is State.ready or not only_ready:
                    _add_to_index(index, version)
        return index

    async def infer(self, request: InferRequest) -> InferResponse:
        """Compute. Raises RequestRefused, UnknownModel, ModelNotReady, QueueFull, QueueTimeout, ComputeFailed."""
        found = self._catalogue.find(request.model, request.version)
        batcher = found.serving()
        names = output_names(request, found.config)
        feeds, rows = input_feeds(request, found.config)
        outputs = await batcher.infer(feeds, rows, request.priority, request.timeout_us * MICROSECOND)
        return InferResponse(request.model, str(found.number), {name: outputs[name] for name in names}, request.id)

    def _ready_version(self, name: str, version: str) -> ModelVersion:
        found = self._catalogue.find(name, version)
        if found.state is not State.ready:
            raise ModelNotReady(f"Model '{name}' version {found.number} is not ready: {found.reason}.")
        return found

    def _ready_versions(self, name: str) -> list[ModelVersion]:
        versions = self._catalogue.versions()
        found = [version for version in versions if name in ("", version.name) and version.state is State.ready]
        if name and not found:
            raise UnknownModel(f"requested model '{name}' is not available")
        return found

    def _listed_versions(self, name: str, found: ModelVersion, requested: str) -> list[str]:
        """The requested version, or as in Triton all served ones."""
        return [str(found.number)] if requested else [str(ready.number) for ready in self._ready_versions(name)]


def _add_to_index(index: Any, version: ModelVersion) -> None:
    index.models.add(name=version.name, version=str(version.number), state=version.state, reason=version.reason)
