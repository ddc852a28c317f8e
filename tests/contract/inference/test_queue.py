"""Batches form under load, and a full queue refuses at once."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.contract.inference.calls import images, infer_request, post_binary
from tests.contract.inference.model_repository import SLOW_MAX_QUEUE
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)  # the first test may have to install Triton

PHOTO = images(1)
CLIENTS = 12


def statistics(client, model, version):
    return client.get_inference_statistics(model, version).model_stats[0]


def code_and_seconds(call, request):
    started = time.monotonic()
    try:
        call(request)
    except grpc.RpcError as error:
        return error.code(), time.monotonic() - started
    return grpc.StatusCode.OK, time.monotonic() - started


def test_a_full_queue_refuses_at_once(client):
    call = client._client_stub.ModelInfer
    _, alone = code_and_seconds(call, infer_request(PHOTO, "slow"))
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda _: code_and_seconds(call, infer_request(PHOTO, "slow")), range(CLIENTS)))
    codes = Counter(code for code, _ in answers)
    assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
    # Computing, and in Triton handed to the backend, do not count as waiting.
    assert SLOW_MAX_QUEUE <= codes[grpc.StatusCode.OK] <= SLOW_MAX_QUEUE + 4
    refused = [seconds for code, seconds in answers if code is grpc.StatusCode.UNAVAILABLE]
    assert min(refused) < alone


def test_a_full_queue_is_503_over_http(server):
    url = f"{server.http}/v2/models/slow/infer"
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda _: post_binary(url, PHOTO), range(CLIENTS)))
    assert {answer.status_code for answer in answers} == {200, 503}
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert "Exceeds maximum queue size" in refused.json()["error"]


def test_requests_that_wait_together_are_computed_together(client):
    before = statistics(client, "quick", "1")
    call = client._client_stub.ModelInfer
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: call(infer_request(PHOTO, version="1")), range(32)))
    after = statistics(client, "quick", "1")
    inferences = after.inference_count - before.inference_count
    executions = after.execution_count - before.execution_count
    assert inferences == 32
    assert executions < inferences


def test_statistics_count_rows_requests_and_batches(client):
    before = statistics(client, "newest", "2")
    for size in (1, 3, 3):
        client._client_stub.ModelInfer(infer_request(images(size), "newest"))
    # Triton answers first and counts then.
    until(lambda: statistics(client, "newest", "2").inference_count - before.inference_count >= 7, 60, "seven rows")
    after = statistics(client, "newest", "2")
    assert after.inference_count - before.inference_count == 7
    assert after.execution_count - before.execution_count == 3
    assert after.inference_stats.success.count - before.inference_stats.success.count == 3
    assert after.inference_stats.success.ns > after.inference_stats.compute_infer.ns > 0
    assert after.last_inference > before.last_inference
    counted = {batch.batch_size: batch.compute_infer.count for batch in after.batch_stats}
    earlier = {batch.batch_size: batch.compute_infer.count for batch in before.batch_stats}
    assert counted[1] - earlier.get(1, 0) == 1
    assert counted[3] - earlier.get(3, 0) == 2


def test_statistics_over_http(client, server):
    client._client_stub.ModelInfer(infer_request(PHOTO, "newest"))
    over_http = httpx.get(f"{server.http}/v2/models/newest/versions/2/stats").json()["model_stats"][0]
    over_grpc = statistics(client, "newest", "2")
    assert (over_http["name"], over_http["version"]) == ("newest", "2")
    assert over_http["inference_count"] == over_grpc.inference_count
    assert over_http["inference_stats"]["success"]["ns"] == over_grpc.inference_stats.success.ns
    assert {batch["batch_size"] for batch in over_http["batch_stats"]} == {
        batch.batch_size for batch in over_grpc.batch_stats
    }


def test_statistics_of_all_models(client):
    models = client.get_inference_statistics().model_stats
    names = {(model.name, model.version) for model in models}
    assert names >= {("quick", "1"), ("quick", "2"), ("newest", "2"), ("slow", "1")}


METRICS = [
    "nv_inference_request_success",
    "nv_inference_request_failure",
    "nv_inference_count",
    "nv_inference_exec_count",
    "nv_inference_request_duration_us",
    "nv_inference_queue_duration_us",
    "nv_inference_compute_input_duration_us",
    "nv_inference_compute_infer_duration_us",
    "nv_inference_compute_output_duration_us",
    "nv_inference_pending_request_count",
]


@pytest.mark.parametrize("name", METRICS)
def test_metrics_have_tritons_names(server, name):
    lines = httpx.get(f"{server.metrics}/metrics").text.splitlines()
    assert any(line.startswith(f'{name}{{model="newest"') and 'version="2"' in line for line in lines)


def test_latencies_have_quantiles_under_tritons_names(client, server):
    if server.name != "ours":
        pytest.skip("Triton has them with --metrics-config summary_latencies=true")
    client._client_stub.ModelInfer(infer_request(images(1), "newest"))
    families = text_string_to_metric_families(httpx.get(f"{server.metrics}/metrics").text)
    found = {family.name: family.samples for family in families if family.name.endswith("_summary_us")}
    stages = ("request", "queue", "compute_input", "compute_infer", "compute_output")
    assert set(found) == {f"nv_inference_{stage}_summary_us" for stage in stages}
    of_newest = {
        sample.labels.get("quantile", sample.name): sample.value
        for sample in found["nv_inference_request_summary_us"]
        if sample.labels["model"] == "newest"
    }
    assert 0 < of_newest["0.5"] <= of_newest["0.999"]
    assert of_newest["nv_inference_request_summary_us_count"] > 0


def test_metrics_count(client, server):
    def counted():
        lines = httpx.get(f"{server.metrics}/metrics").text.splitlines()
        return float(next(line for line in lines if line.startswith('nv_inference_count{model="newest"')).split()[-1])

    before = counted()
    client._client_stub.ModelInfer(infer_request(images(3), "newest"))
    assert counted() == before + 3


def test_batch_sizes_are_a_histogram(client, server):
    if server.name != "ours":
        pytest.skip("Triton tells its batch sizes in its statistics")

    def counted():
        families = text_string_to_metric_families(httpx.get(f"{server.metrics}/metrics").text)
        samples = [
            sample for family in families if family.name == "critic_inference_batch_rows" for sample in family.samples
        ]
        return {
            sample.labels.get("le", sample.name): sample.value
            for sample in samples
            if sample.labels["model"] == "newest"
        }

    before = counted()
    client._client_stub.ModelInfer(infer_request(images(3), "newest"))
    grown = {name: value - before[name] for name, value in counted().items()}
    assert (grown["2.0"], grown["4.0"], grown["+Inf"]) == (0, 1, 1)
    assert grown["critic_inference_batch_rows_sum"] == 3
