// The culling of an album: creates and connects its parts. Loaded with the first photo.
//
// The way of a photo: upload/ (chosen, downscaled, uploaded) → server/ (requests, event stream) → album/ (state, order,
// selection, decisions) → grid/ → viewer/ (critique, comparison). page/ has the rest of the page, dom/ and text/ serve all.

import { Album } from "./album/album.js";
import { arrange, nearDuplicates } from "./album/arrange.js";
import { Decisions } from "./album/decisions.js";
import { Moments } from "./album/moments.js";
import { Selection } from "./album/selection.js";
import { Session } from "./album/session.js";
import { announce, showNotice } from "./dom/announce.js";
import { byId } from "./dom/elements.js";
import { keyListener } from "./dom/keyboard.js";
import { Grid } from "./grid/grid.js";
import { listenForAccept } from "./page/accept-dialog.js";
import { listenForDialogs } from "./page/dialogs.js";
import { listenForExports } from "./page/exports.js";
import { Failures } from "./page/failures.js";
import { MomentCorrections } from "./page/moment-corrections.js";
import { Progress } from "./page/progress.js";
import { listenForShares } from "./page/share-dialog.js";
import { listenForTaste } from "./page/taste-dialog.js";
import { Toolbar } from "./page/toolbar.js";
import { asProblem } from "./server/errors.js";
import { deletePhoto } from "./server/photos.js";
import { decidedSentence, sentences } from "./text/messages.js";
import { PhotoImport } from "./upload/import-photos.js";
import { Uploader } from "./upload/uploader.js";
import { Compare } from "./viewer/compare.js";
import { decisionKeys } from "./viewer/decision-bar.js";
import { Details } from "./viewer/details.js";
import { Viewer } from "./viewer/viewer.js";

const album = new Album();
const uploader = new Uploader(album);
const startOver = { label: sentences.startOver, run: () => location.assign(location.pathname) };
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
let moments = new Moments([], selection.proposals);
const toolbar = new Toolbar(selection, (name) => {
  if (name === "show" && toolbar.options.show === "sample") toolbar.showSample(moments);
  album.notify();
});
const verdict = (/** @type {Item} */ item) => moments.verdictOf(item);
const grid = new Grid(verdict, {
  onActive: () => showDetails(),
  onThumbnail: () => viewer.refresh(),
  onOpen: (item) => viewer.open(item),
  onStack: ({ id }) => toggleStack(id),
});
const near = (/** @type {Item} */ item) => nearDuplicates(item, moments);
/** @param {Item[]} [items] */
const comparePhotos = (items) => compare.open(items);
const culling = { album, selection, grid, choose, goOn, undo, near, compare: comparePhotos, context, remove, verdict };
const viewer = new Viewer(culling);
const compare = new Compare(culling);
const details = new Details(byId("details"), { remove: (item) => void remove(item), compare: comparePhotos });
const corrections = new MomentCorrections(album, grid);
const progress = new Progress(album, uploader);
const failures = new Failures({
  retry: (item) => void photoImport.retry(item),
  remove: (item) => void remove(item),
});

/** Decide about a photo; X rejects its stack. @type {Choose} */
function choose(item, changes, alone = false) {
  const items = changes.flag === "reject" && !alone ? stackUnder(item) : [item];
  decisions.decide([{ items, changes }]);
  announce(decidedSentence(items));
}

/** Decide about the marked photos, otherwise about the active one. @type {Choose} */
function chooseMarked(item, changes, alone) {
  const items = grid.markedItems;
  if (items.length === 0) return choose(item, changes, alone);
  decisions.decide([{ items, changes }]);
  grid.unmarkAll();
  announce(decidedSentence(items));
}

/** The top of a folded stack with the photos of its moment below, except filtered ones. Any other photo is alone: the
 * viewer also shows near duplicates below a pick. @param {Item} item */
function stackUnder(item) {
  const entry = grid.entries.find((candidate) => candidate.item === item);
  const stack = entry?.top && !entry.stack?.open ? entry.stack : null;
  return stack ? moments.photosOf(item).filter((photo) => stack.items.includes(photo)) : [item];
}

/** Go on after a decision: a picked photo settles its moment, and its stack folds. */
function goOn() {
  const entry = grid.activeEntry;
  const settled = entry?.stack?.open && entry.item.decision?.flag === "pick" ? entry.stack.id : undefined;
  grid.goOn(settled);
  if (settled) toolbar.opened.delete(settled);
  viewer.follow();
}

function undo() {
  const item = decisions.undo();
  if (!item) return announce(sentences.nothingToUndo);
  grid.reveal(item);
  announce(decidedSentence([item]));
  viewer.follow(item);
}

/** Accept the proposal for every photo without a decision, as one decision. */
function accept() {
  const { keepers, dropped } = moments.open();
  decisions.decide([
    { items: keepers, changes: { flag: "pick" } },
    { items: dropped, changes: { flag: "reject" } },
  ]);
  announce(sentences.accepted);
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

/** What the album knows of a photo. @param {Item} item @returns {PhotoContext} */
function context(item) {
  const standing = moments.standingOf(item);
  const better = standing && standing.top !== item && moments.verdictOf(item) === "reject" ? standing.top : null;
  const betterUrl = better && grid.thumbnails.urlOf(better);
  return { proposal: moments.proposalOf(item), standing, better, betterUrl };
}

function showDetails() {
  const { active } = grid;
  details.show(active, active && context(active));
}

/** Show the culling in place of the first page; further photos are added in a popover. */
function startCulling() {
  if (document.body.classList.contains("culling")) return;
  byId("add").append(byId("choose"));
  document.body.classList.add("culling");
  if (document.activeElement === document.body) byId("grid").focus(); // keys work at once
}

/** Scored photos, those below the top of a stack included. @param {GridEntry[]} entries */
const photosIn = (entries) => {
  const items = entries.flatMap(({ item, stack, top }) => (!stack ? [item] : top ? stack.items : []));
  return items.filter(({ stage }) => stage === "scored").length;
};

/** Update the page after a change of the album. */
function refresh() {
  const { all, scored } = album.counts();
  if (all > 0 || album.id !== "") startCulling();
  selection.refresh();
  moments = new Moments(album.items.values(), selection.proposals);
  const entries = arrange(album.items.values(), moments, toolbar.options);
  grid.show(entries);
  toolbar.refresh(moments, scored, photosIn(entries));
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
  Enter: () => openAccept(),
  " ": () => grid.active && viewer.open(grid.active),
});
const pageKeys = keyListener({
  u: undo,
  Backspace: undo,
  "/": () => toolbar.focusKeep(),
  c: () => showNotice("compare", comparePhotos()),
  m: () => grid.mark(),
  g: ({ shiftKey }) => void corrections.correct(shiftKey ? "separate" : "merge"),
  s: () => toggleStack(grid.entries[grid.activeIndex]?.stack?.id ?? ""),
  "?": () => byId("help", HTMLDialogElement).showModal(),
  ...decisionKeys(() => grid.active, chooseMarked, goOn),
});

const openAccept = listenForAccept({
  moments: () => moments,
  selection,
  accept,
  showSample: () => (toolbar.showSample(moments), album.notify()),
});
album.subscribe(refresh);
byId("grid").addEventListener("keydown", gridKeys);
document.addEventListener("keydown", (event) => document.querySelector("dialog[open]") || pageKeys(event));
listenForExports(album, () => moments);
listenForShares(album);
listenForTaste(album);
listenForDialogs(session, album);

/** @param {File[]} files @param {number} skipped number of files that are no photos */
export const add = (files, skipped) => photoImport.add(files, skipped);

/** Load the album of the URL after a reload. */
export const resume = () => photoImport.resume(() => decisions.resume());
