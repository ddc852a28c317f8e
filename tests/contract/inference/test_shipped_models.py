"""The models we ship, as both servers serve them."""

import numpy as np
import pytest
from tests.contract.inference.calls import images, infer_request, output_arrays
from tests.contract.inference.model_repository import SHIPPED, SHIPPED_VERSIONS

from critic_core.contracts.manifest import MANIFEST_FILE, manifest_parameter, parse_manifest
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare

pytestmark = [
    pytest.mark.timeout(900),  # the first test may have to install Triton
    pytest.mark.parametrize(("model", "version"), SHIPPED_VERSIONS),
]


def manifest_of(model, version):
    return parse_manifest((SHIPPED / model / version / MANIFEST_FILE).read_text())


def ask(client, batch, model, version):
    return output_arrays(client._client_stub.ModelInfer(infer_request(batch, model, version)))


def test_the_manifest_comes_with_the_config(client, model, version):
    parameters = client.get_model_config(model, version).config.parameters
    assert parse_manifest(parameters[manifest_parameter(version)].string_value) == manifest_of(model, version)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_answers_are_those_of_onnx_runtime(client, raw, model, version, count):
    batch = images(count)
    answer, expected = ask(client, batch, model, version), raw(batch, version, model)
    for name in ("probability", "embedding"):
        np.testing.assert_allclose(answer[name], expected[name], atol=1e-4)


def test_the_golden_photo_is_what_the_manifest_says(client, model, version):
    manifest = manifest_of(model, version)
    tensor = prepare(golden_photo(), manifest.preprocessing)
    (probability,) = ask(client, tensor[None], model, version)["probability"]
    assert probability[1] == pytest.approx(manifest.golden.probability, abs=manifest.golden.tolerance)


def test_the_outputs_keep_the_contract(client, model, version):
    answer = ask(client, images(4), model, version)
    np.testing.assert_allclose(answer["probability"].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(answer["embedding"], axis=1), 1, atol=1e-4)
    assert answer["embedding"].shape == (4, manifest_of(model, version).embedding_size)
