"""The taste over REST: trained by a worker once it is on, used in selections once it is proven."""

from threading import Timer

from tests.support.tastes import make_model, make_taste, save_taste
from tests.unit.gateway.application import Application

from critic_core.contracts.album import QUERY_QUEUE, SelectionQuery, Thresholds, query_digest
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.taste import TasteExport, TasteState
from critic_core.stores.album_results import ResultSection
from critic_core.stores.tastes import TasteStore

PATH = "/v1/taste"
SELECTION = SelectionQuery(keep=1, thresholds=Thresholds())


def test_nothing_is_trained_before_the_owner_turns_it_on(gateway: Application) -> None:
    assert gateway.http.get(PATH).json() == {"enabled": False, "state": "off", "decisions": 0}
    assert gateway.redis.llen(QUERY_QUEUE) == 0


def test_several_requests_train_once(gateway: Application) -> None:
    assert gateway.http.put(PATH, json={"enabled": True}).status_code == 204
    responses = [gateway.http.get(PATH, params={"wait": 0}) for _ in range(3)]
    assert {(response.status_code, response.json()["code"]) for response in responses} == {(202, "taste_pending")}
    assert gateway.redis.llen(QUERY_QUEUE) == 1


def test_a_taste_is_served_as_soon_as_a_worker_saves_it(gateway: Application) -> None:
    gateway.http.put(PATH, json={"enabled": True})
    worker = Timer(0.2, save_taste, (TasteStore(gateway.redis), ANONYMOUS, make_taste()))
    worker.start()
    response = gateway.http.get(PATH, params={"wait": 20})
    worker.join()
    assert (response.status_code, response.json()["state"]) == (200, "proven")


def test_the_model_is_a_file_until_it_is_deleted(gateway: Application) -> None:
    assert gateway.http.get(f"{PATH}/model").json()["code"] == "taste_not_found"
    model = make_model([0.5, -0.5])
    save_taste(TasteStore(gateway.redis), ANONYMOUS, make_taste(), model)
    assert TasteExport.read(gateway.http.get(f"{PATH}/model").content).model == model
    assert gateway.http.delete(PATH).status_code == 204
    assert gateway.http.get(f"{PATH}/model").status_code == 404
    assert gateway.http.get(PATH).json()["enabled"] is False


def test_a_selection_is_by_a_taste_in_use_unless_the_caller_wants_none(gateway: Application) -> None:
    album, tastes = gateway.new_album(), TasteStore(gateway.redis)
    plain, personal = SELECTION, SELECTION.model_copy(update={"taste": "v1"})
    for query, name in ((plain, "plain"), (personal, "personal")):
        section = ResultSection(f'{{"head":"{name}"}}', [])
        gateway.results.save(album.id, query_digest(query), 0, 0, {"photos": section})

    def head(**params: str) -> str:
        response = gateway.http.get(f"/v1/albums/{album.id}/selection", params={"keep": 1, "wait": 0, **params})
        return str(response.json()["head"])

    save_taste(tastes, ANONYMOUS, make_taste(TasteState.unproven))
    assert head() == "plain"
    save_taste(tastes, ANONYMOUS, make_taste())
    assert (head(), head(taste="false")) == ("personal", "plain")
    tastes.switch(ANONYMOUS, False)
    assert head() == "plain"
