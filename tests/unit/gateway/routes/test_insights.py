"""Insights over REST: requested of a worker once, and served as stored."""

import time
from threading import Timer

from tests.support.critiques import make_critique, make_suggestions
from tests.unit.gateway.application import Application

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.insight import EXPLANATION, SUGGESTIONS, preview_name
from critic_core.stores.insights import Insight, InsightStore

INSIGHT = Insight('{"score":61.2,"cells":[[1.0,-2.0]],"model":"aesthetics","version":"1"}', b"\x89PNG")


def finished(gateway: Application) -> str:
    photo_id = gateway.new_photo()
    gateway.jobs.finish(photo_id, make_critique())
    return photo_id


def test_an_unfinished_photo_has_no_explanation_yet(gateway: Application) -> None:
    response = gateway.http.get(f"/v1/photos/{gateway.new_photo()}/explanation")
    assert (response.status_code, response.json()["code"]) == (202, "preview_pending")
    assert gateway.redis.llen(QUERY_QUEUE) == 0


def test_several_requests_ask_a_worker_once(gateway: Application) -> None:
    path = f"/v1/photos/{finished(gateway)}/explanation"
    responses = [gateway.http.get(path + suffix, params={"wait": 0}) for suffix in ("", ".png", "")]
    assert {(response.status_code, response.json()["code"]) for response in responses} == {(202, "insight_pending")}
    assert gateway.redis.llen(QUERY_QUEUE) == 1


def test_an_explanation_is_served_as_soon_as_a_worker_saves_it(gateway: Application) -> None:
    photo_id = finished(gateway)
    worker = Timer(0.2, lambda: InsightStore(gateway.redis).save(photo_id, EXPLANATION, INSIGHT))
    worker.start()
    response = gateway.http.get(f"/v1/photos/{photo_id}/explanation", params={"wait": 20})
    worker.join()
    assert (response.status_code, response.text) == (200, INSIGHT.document)
    picture = gateway.http.get(f"/v1/photos/{photo_id}/explanation.png")
    assert (picture.content, picture.headers["content-type"]) == (INSIGHT.picture, "image/png")


def test_a_photo_whose_preview_is_gone_is_not_found(gateway: Application) -> None:
    photo_id = finished(gateway)
    InsightStore(gateway.redis).save(photo_id, EXPLANATION, Insight())
    response = gateway.http.get(f"/v1/photos/{photo_id}/explanation")
    assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")


def test_a_suggestion_has_a_preview(gateway: Application) -> None:
    photo_id, insights = finished(gateway), InsightStore(gateway.redis)
    insights.save(photo_id, SUGGESTIONS, Insight(make_suggestions().model_dump_json()))
    insights.save(photo_id, preview_name(1), Insight(picture=b"jpeg"))
    path = f"/v1/photos/{photo_id}/suggestions"
    exposure, straighten, crop = gateway.http.get(path).json()["suggestions"]
    assert (exposure["kind"], exposure["stops"]) == ("exposure", 1.1)
    assert (straighten["kind"], straighten["degrees"]) == ("straighten", -3)
    assert (crop["kind"], crop["aspect"], crop["width"]) == ("crop", "1:1", 0.5)
    preview = gateway.http.get(f"{path}/1/preview")
    assert (preview.content, preview.headers["content-type"]) == (b"jpeg", "image/jpeg")


def test_a_preview_waits_once_for_both_insights(gateway: Application) -> None:
    photo_id, insights = finished(gateway), InsightStore(gateway.redis)
    suggestions = Insight(make_suggestions().model_dump_json())
    worker = Timer(1, lambda: insights.save(photo_id, SUGGESTIONS, suggestions))
    worker.start()
    begin = time.monotonic()
    response = gateway.http.get(f"/v1/photos/{photo_id}/suggestions/1/preview", params={"wait": 1.5})
    worker.join()
    assert (response.status_code, response.json()["code"]) == (202, "insight_pending")
    assert time.monotonic() - begin < 2.3


def test_a_number_without_suggestion_is_not_found(gateway: Application) -> None:
    photo_id = finished(gateway)
    InsightStore(gateway.redis).save(photo_id, SUGGESTIONS, Insight(make_suggestions().model_dump_json()))
    codes = {
        number: gateway.http.get(f"/v1/photos/{photo_id}/suggestions/{number}/preview").json()["code"]
        for number in (4, 9)
    }
    assert codes == {4: "suggestion_not_found", 9: "invalid_request"}


def test_a_suggestion_is_a_sidecar_on_request(gateway: Application) -> None:
    photo_id = finished(gateway)
    InsightStore(gateway.redis).save(photo_id, SUGGESTIONS, Insight(make_suggestions().model_dump_json()))
    path = f"/v1/photos/{photo_id}/suggestions"
    sidecar = gateway.http.get(f"{path}/1/sidecar")
    assert sidecar.headers["content-type"] == "application/rdf+xml"
    assert 'crs:Exposure2012="+1.10"' in sidecar.text
    assert gateway.http.get(f"{path}/4/sidecar").json()["code"] == "suggestion_not_found"
