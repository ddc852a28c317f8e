"""The client's calls about batches, against a scripted server."""

import json
from datetime import UTC, datetime, timedelta

from tests.support.critiques import make_photo
from tests.support.scripted_server import Answer, Request, ScriptedServer
from tests.unit.client.conftest import Connect

from critic_core.contracts.batch import Batch, BatchesPage, BatchLine, BatchResult, BatchState
from critic_core.contracts.photo import PhotoState

NOW = datetime.now(UTC)
RUNNING = Batch(
    id="b", state=BatchState.running, lines=1, queued=0, done=0, failed=0,
    created_at=NOW, expires_at=NOW + timedelta(days=7),
)  # fmt: skip
DONE = RUNNING.model_copy(update={"state": BatchState.done, "queued": 1, "done": 1, "finished_at": NOW})
RESULTS = [BatchResult(line=1, reference="é\u2028\x85", photo=make_photo(PhotoState.done)), BatchResult(line=2)]


def answer(request: Request) -> Answer:
    if request.path.endswith("/results"):
        return Answer(200, "\n".join(result.model_dump_json() for result in RESULTS).encode())
    if request.method == "GET" and request.path.startswith("/v1/batches?"):
        return Answer(200, BatchesPage(batches=(DONE, RUNNING)).model_dump_json().encode())
    if request.method == "DELETE":
        return Answer(204)
    batch = RUNNING if request.method == "POST" else DONE
    return Answer(200 if request.method == "GET" else 202, batch.model_dump_json().encode())


def test_a_batch_from_its_manifest_to_its_results(server: ScriptedServer, connect: Connect) -> None:
    server.answer = answer
    with connect(server.url) as client:
        lines = [BatchLine(url="https://photos.example/1.jpg", reference="é"), BatchLine(url="https://a.example/2")]
        batch = client.batches.create(lines, model="m", callback_url="https://a.example/in")
        assert client.batches.wait(batch.id, 10) == DONE
        assert list(client.batches.results(batch.id)) == RESULTS
        assert list(client.batches.list()) == [DONE, RUNNING]
        assert client.batches.cancel(batch.id) == RUNNING
        client.batches.delete(batch.id)
    created = server.requests[0]
    assert created.path == "/v1/batches?model=m&callback_url=https%3A%2F%2Fa.example%2Fin"
    assert [json.loads(line) for line in created.body.splitlines()] == [
        {"url": "https://photos.example/1.jpg", "reference": "é"},
        {"url": "https://a.example/2"},
    ]
    assert created.headers["idempotency-key"]
    assert server.requests[-1].method == "DELETE"
