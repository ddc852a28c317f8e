"""The page's queue of decisions, run by Node beside a server that takes everything."""

import json
from typing import Any

from tests.support.node import run_with_module

SCRIPT = """
const stored = { ["photo-critic-unsaved-album"]: process.argv[2] };
globalThis.localStorage = { getItem: (key) => stored[key] ?? null, setItem: (key, value) => (stored[key] = value) };
globalThis.sessionStorage = { getItem: () => null };
globalThis.navigator = { languages: ["en"] };
const requests = [];
globalThis.fetch = async (_path, { body }) => {
  requests.push(JSON.parse(body));
  return Response.json({});
};
const { Decisions } = await import(process.argv[1]);
const [first, second, uploading] = ["first", "second", null].map((id) => ({ id, decision: null, unsavedDecisions: 0 }));
const items = [first, second, uploading];
const byId = new Map([first, second].map((item) => [item.id, item]));
const album = { id: "album", byId, revision: 0, set: Object.assign, notify() {} };
const saved = new Promise((resolve) => {
  const decisions = new Decisions(album, (unsaved) => unsaved || resolve());
  decisions.resume();
  const choices = JSON.parse(process.argv[3]);
  const chosen = (indices) => indices.map((index) => items[index]);
  decisions.decide(choices.map(([indices, flag]) => ({ items: chosen(indices), changes: { flag } })));
});
await saved;
console.log(JSON.stringify({ requests, unsaved: items.map(({ unsavedDecisions }) => unsavedDecisions) }));
"""
FIRST, SECOND, UPLOADING = range(3)
TABS = """
const stored = {};
globalThis.localStorage = { getItem: (key) => stored[key] ?? null, setItem: (key, value) => (stored[key] = value) };
globalThis.sessionStorage = { getItem: () => null };
globalThis.navigator = { languages: ["en"] };
const { Decisions } = await import(process.argv[1]);
const read = (name) => JSON.parse(stored[`photo-critic-${name}-album`]);
let answer;
const answers = [new Promise(() => {}), new Promise((resolve) => (answer = resolve))]; // the first tab's never comes
globalThis.fetch = () => answers.shift();
const saved = new Promise((resolve) => {
  for (const id of ["first", "second"]) {
    const item = { id, decision: null, unsavedDecisions: 0 };
    const album = { id: "album", byId: new Map([[id, item]]), revision: 0, set: Object.assign, notify() {} };
    const tab = new Decisions(album, (unsaved) => unsaved || resolve());
    tab.decide([{ items: [item], changes: { flag: "pick" } }]);
  }
});
const before = read("unsaved");
answer(Response.json({}));
await saved;
console.log(JSON.stringify([before, { unsaved: read("unsaved"), history: read("history") }]));
process.exit();
"""
UNDONE_ELSEWHERE = """
const entry = { id: "ab", photos: ["first"], changes: { flag: "pick" } };
const key = "photo-critic-unsaved-album";
const stored = { [key]: JSON.stringify([entry]) };
globalThis.localStorage = { getItem: (name) => stored[name] ?? null, setItem: (name, value) => (stored[name] = value) };
globalThis.sessionStorage = { getItem: () => null };
globalThis.navigator = { languages: ["en"] };
let requests = 0;
globalThis.fetch = async () => {
  requests += 1;
  stored[key] = "[]"; // the other tab saved and undid it
  throw new TypeError("offline");
};
const { Decisions } = await import(process.argv[1]);
const item = { id: "first", decision: null, unsavedDecisions: 0 };
const album = { id: "album", byId: new Map([["first", item]]), revision: 0, set: Object.assign, notify() {} };
await new Promise((resolve) => new Decisions(album, (unsaved) => unsaved || resolve()).resume());
console.log(JSON.stringify({ requests, unsaved: item.unsavedDecisions }));
"""


def saved(*choices: tuple[list[int], str], stored: object = ()) -> dict[str, Any]:
    """The requests, and the photos' numbers of unsaved decisions afterwards."""
    printed = run_with_module("album/decisions.js", SCRIPT, json.dumps(stored), json.dumps(choices))
    answer: dict[str, Any] = json.loads(printed)
    answer["requests"] = [(request["photos"], request["flag"]) for request in answer["requests"]]
    return answer


def test_a_choice_about_no_photo_is_not_sent() -> None:
    answer = saved(([], "pick"), ([UPLOADING], "pick"), ([FIRST, SECOND], "reject"))
    assert answer == {"requests": [(["first", "second"], "reject")], "unsaved": [0, 0, 0]}


def test_a_photo_on_its_way_to_the_server_has_no_unsaved_decision() -> None:
    assert saved(([FIRST, UPLOADING], "pick")) == {"requests": [(["first"], "pick")], "unsaved": [0, 0, 0]}


def test_the_unsaved_decisions_of_an_earlier_visit_are_saved_and_those_of_an_earlier_version_ignored() -> None:
    earlier_version = {"photo": "first", "choice": {"flag": "pick"}}
    earlier_visit = {"id": "ab", "photos": ["first"], "changes": {"flag": "reject"}}
    answer = saved(([SECOND], "pick"), stored=[earlier_version, earlier_visit])
    assert answer == {"requests": [(["first"], "reject"), (["second"], "pick")], "unsaved": [0, 0, 0]}


def test_a_second_tab_keeps_the_unsaved_decisions_of_the_first() -> None:
    printed = run_with_module("album/decisions.js", TABS)
    stored, after = json.loads(printed)
    assert [entry["photos"] for entry in stored] == [["first"], ["second"]]
    assert [entry["photos"] for entry in after["unsaved"]] == [["first"]]
    assert [entry["photo"] for entry in after["history"]] == ["first", "second"]


def test_a_decision_that_another_tab_saved_and_undid_is_not_sent_again() -> None:
    assert json.loads(run_with_module("album/decisions.js", UNDONE_ELSEWHERE)) == {"requests": 1, "unsaved": 0}
