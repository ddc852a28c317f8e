"""What the plug-ins for Lightroom and darktable have in common."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

JSON_VALUES = st.recursive(
    st.booleans() | st.integers(-(2**31), 2**31) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(min_size=1), values),
    max_leaves=20,
)
PROPOSALS = {
    "a": ("keep", 90.0),
    "b": ("keep", 10.0),
    "c": ("reject", None),
}


@pytest.fixture
def critic(lua: Any) -> Any:
    return lua.execute('return require("critic")(require("json"))')


def as_python(value: Any) -> Any:
    """Tables as lists and dictionaries; empty ones as None."""
    if not hasattr(value, "items"):
        return value
    items = dict(value.items())
    if items and set(items) == set(range(1, len(items) + 1)):
        return [as_python(items[key]) for key in sorted(items)]
    return {key: as_python(item) for key, item in items.items()} or None


def as_lua(value: Any) -> Any:
    """The same view of a value of Python."""
    if isinstance(value, list):
        return [as_lua(item) for item in value] or None
    if isinstance(value, dict):
        return {key: as_lua(item) for key, item in value.items()} or None
    return value


def changes(lua: Any, critic: Any, photos: list[dict[str, Any]], stars: bool) -> list[dict[str, Any]]:
    proposals = {
        photo_id: {"verdict": verdict, "keeper_percent": percent, "reasons": [{"sentence": "It is sharp."}]}
        for photo_id, (verdict, percent) in PROPOSALS.items()
    }
    found = critic.changes(lua.table_from(photos, recursive=True), lua.table_from(proposals, recursive=True), stars)
    return [{name: change[name] for name in ("flag", "rating") if change[name]} for change in found.values()]


def test_keepers_are_picked_and_others_stay(lua: Any, critic: Any) -> None:
    photos = [{"id": photo_id, "path": photo_id, "rating": 0, "flag": 0} for photo_id in "abcd"]
    assert changes(lua, critic, photos, stars=False) == [{"flag": 1}, {"flag": 1}]
    assert changes(lua, critic, photos, stars=True) == [{"flag": 1, "rating": 5}, {"flag": 1, "rating": 1}]


def test_flags_and_ratings_of_people_stay(lua: Any, critic: Any) -> None:
    rejected = {"id": "a", "path": "a", "rating": 0, "flag": -1}
    rated = {"id": "b", "path": "b", "rating": 3, "flag": 0}
    assert changes(lua, critic, [rejected, rated], stars=True) == [{"rating": 5}, {"flag": 1}]
    assert changes(lua, critic, [{**rejected, "rating": 2}], stars=True) == []


def test_a_dry_run_shows_changes_and_problems(lua: Any, critic: Any) -> None:
    photo = {"path": "C:\\shoot\\a.jpg"}
    change = {"photo": photo, "flag": 1, "rating": 4, "reason": "It is sharp."}
    bad = {"path": "/shoot/b.jpg", "problem": "The file is empty."}
    report = critic.report(lua.table_from([photo, bad], recursive=True), lua.table_from([change], recursive=True))
    assert report == "a.jpg: pick, 4 stars. It is sharp.\nb.jpg: The file is empty."


def test_json_is_read_as_python_reads_it(lua: Any) -> None:
    decode = lua.execute('return require("json").decode')

    @given(JSON_VALUES, st.booleans())
    def check(value: Any, ascii_only: bool) -> None:
        assert as_python(decode(json.dumps(value, ensure_ascii=ascii_only, indent=1))) == as_lua(value)

    check()
    assert as_python(decode('{"a": null, "b": [1, 2]}')) == {"b": [1, 2]}


@pytest.mark.parametrize("text", ["", "{", "[1 2]", '{"a" 1}', '"a', "nul", "1 2", "<html>"])
def test_anything_else_is_an_error(lua: Any, text: str) -> None:
    done, message = lua.execute('return function(text) return pcall(require("json").decode, text) end')(text)
    assert (done, message.startswith("no JSON at byte ")) == (False, True)


def test_an_object_is_written_as_json(lua: Any) -> None:
    encode = lua.execute('return require("json").encode')
    fields = {"name": 'Ann "A"\n', "stars": 3, "fresh": True}
    assert json.loads(encode(lua.table_from(fields))) == fields


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (None, None, "Photo Critic does not answer at http://critic."),
        (200, "<html>", "Photo Critic does not answer at http://critic."),
        (403, '{"detail": "The API key is invalid."}', "The API key is invalid."),
        (429, '{"code": "quota_exceeded", "detail": "No photos are left today."}', "No photos are left today."),
        (429, '{"code": "overloaded", "detail": "Too many photos wait."}', "Too many photos wait."),
        (202, '{"code": "album_result_pending", "detail": "The result is computed."}', "The result is computed."),
    ],
)
def test_failures_are_sentences(lua: Any, critic: Any, status: int | None, body: str | None, sentence: str) -> None:
    pauses: list[float] = []
    http = lua.table_from({"request": lambda *_: (status, body), "sleep": pauses.append})
    server = critic.server("http://critic/", "", http)
    call = lua.execute('return function(server) return pcall(server.call, server, "GET", "/v1/albums") end')
    assert call(server) == (False, sentence)
    assert len(pauses) == (300 if "overloaded" in str(body) or status == 202 else 0)
