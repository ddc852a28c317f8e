// The culling of an album: creates and connects its parts. Loaded with the first photo.
//
// The way of a photo: upload/ (chosen, downscaled, uploaded) → server/ (requests, event stream) → album/ (state, order,
// selection, decisions) → grid/ → viewer/ (critique, comparison). page/ has the rest of the page, dom/ and text/ serve all.

import { Album } from "./album/album.js";
import { arrange, verdictOf } from "./album/arrange.js";
import { Decisions } from "./album/decisions.js";
import { Selection } from "./album/selection.js";
import { Session } from "./album/session.js";
import { announce, showNotice } from "./dom/announce.js";
import { byId } from "./dom/elements.js";
import { keyListener } from "./dom/keyboard.js";
import { Grid } from "./grid/grid.js";
import { listenForDialogs } from "./page/dialogs.js";
import { listenForExports } from "./page/exports.js";
import { Failures } from "./page/failures.js";
import { Progress } from "./page/progress.js";
import { listenForShares } from "./page/share-dialog.js";
import { Toolbar } from "./page/toolbar.js";
import { asProblem } from "./server/errors.js";
import { deletePhoto } from "./server/photos.js";
import { decisionSentence, sentences } from "./text/messages.js";
import { PhotoImport } from "./upload/import-photos.js";
import { Uploader } from "./upload/uploader.js";
import { Compare } from "./viewer/compare.js";
import { decisionKeys } from "./viewer/decision-bar.js";
import { Details } from "./viewer/details.js";
import { Viewer } from "./viewer/viewer.js";

/** @typedef {import("./album/album.js").Item} Item */

const album = new Album();
const uploader = new Uploader(album);
const startOver = { label: "Start over", run: () => location.assign(location.pathname) };
const session = new Session(album, {
  onLost: () => showNotice("connection", sentences.reconnecting),
  onConnected: () => showNotice("connection", ""),
  onDeleted: () => showNotice("album", sentences.albumDeleted, startOver),
});
const photoImport = new PhotoImport(album, uploader, session);
const selection = new Selection(album, (problem) => showNotice("selection", problem?.message ?? ""));
const decisions = new Decisions(album, (unsaved, problem) => {
  showNotice("decisions", problem ? `${problem.message} ${unsaved ? sentences.unsavedDecisions : ""}` : "");
});
const toolbar = new Toolbar(selection, () => album.notify());
const verdict = (/** @type {Item} */ item) => verdictOf(item, selection.proposals);
const grid = new Grid(verdict, {
  onActive: () => showDetails(),
  onOpen: (item) => viewer.open(item),
  onStack: ({ id }) => toggleStack(id),
});
const culling = { album, selection, grid, choose, undo, compare: () => void compare.open(), remove, verdict };
const viewer = new Viewer(culling);
const compare = new Compare(culling);
const details = new Details(byId("details"), (item) => void remove(item));
const progress = new Progress(album, uploader);
const failures = new Failures({
  retry: (item) => void photoImport.retry(item),
  remove: (item) => void remove(item),
});

/** @param {Item} item @param {Partial<import("./contracts.js").Choice>} changes */
function choose(item, changes) {
  decisions.choose(item, changes);
  announce(decisionSentence(item));
}

async function undo() {
  try {
    const item = await decisions.undo(grid.active);
    if (!item) return announce(sentences.nothingToUndo);
    grid.goToItem(item);
    announce(decisionSentence(item));
  } catch (error) {
    showNotice("decisions", asProblem(error).message);
  }
}

/** @param {Item} item */
async function remove(item) {
  try {
    if (item.id) await deletePhoto(item.id, new AbortController().signal);
    photoImport.remove(item);
  } catch (error) {
    showNotice("delete", asProblem(error).message);
  }
}

/** @param {string} stack */
function toggleStack(stack) {
  toolbar.toggleStack(stack);
  album.notify();
}

function showDetails() {
  details.show(grid.active, selection.proposals.get(grid.active?.id ?? "") ?? null);
}

/** Update the page after a change of the album. */
function refresh() {
  const { all, scored } = album.counts();
  document.body.classList.toggle("culling", all > 0 || album.id !== "");
  selection.refresh();
  const entries = arrange(album.items.values(), selection.proposals, toolbar.options);
  grid.show(entries);
  toolbar.refresh(scored, entries.length);
  byId("empty").hidden = entries.length > 0;
  progress.refresh();
  failures.refresh(album.items.values());
  showDetails();
  viewer.refresh();
  compare.refresh();
}

const gridKeys = keyListener({
  ArrowLeft: () => grid.move(-1, 0),
  ArrowRight: () => grid.move(1, 0),
  ArrowUp: () => grid.move(0, -1),
  ArrowDown: () => grid.move(0, 1),
  PageUp: () => grid.page(-1),
  PageDown: () => grid.page(1),
  Home: () => grid.goTo(0),
  End: () => grid.goTo(grid.entries.length - 1),
  Enter: () => grid.active && viewer.open(grid.active),
  " ": () => grid.active && viewer.open(grid.active),
});
const pageKeys = keyListener({
  u: () => void undo(),
  c: () => void compare.open(),
  m: () => grid.mark(),
  s: () => toggleStack(grid.entries[grid.activeIndex]?.stack?.id ?? ""),
  "?": () => byId("help", HTMLDialogElement).showModal(),
  ...decisionKeys(() => grid.active, choose, () => grid.move(1, 0)),
});

album.subscribe(refresh);
byId("grid").addEventListener("keydown", gridKeys);
document.addEventListener("keydown", (event) => document.querySelector("dialog[open]") || pageKeys(event));
listenForExports(album, selection);
listenForShares(album);
listenForDialogs(session, album);

/** @param {File[]} files @param {number} skipped number of files that are no photos */
export const add = (files, skipped) => photoImport.add(files, skipped);

/** Load the album of the URL after a reload. */
export const resume = () => photoImport.resume(() => (decisions.resume(), selection.resume()));
