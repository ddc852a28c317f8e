// The culling of an album: its parts are made here, and told of each other. Loaded once it is needed.

import { Album } from "./album/album.js";
import { Decisions } from "./album/decisions.js";
import { arrange, verdictOf } from "./album/order.js";
import { Proposal } from "./album/proposal.js";
import { Session } from "./album/session.js";
import { Grid } from "./grid/grid.js";
import { Compare } from "./looking/compare.js";
import { decisionKeys } from "./looking/decide-bar.js";
import { Details } from "./looking/details.js";
import { Loupe } from "./looking/loupe.js";
import { notice, say } from "./page/announce.js";
import { watchDialogs } from "./page/dialogs.js";
import { watchExports } from "./page/exports.js";
import { byId } from "./page/find.js";
import { keyListener } from "./page/keyboard.js";
import { Progress } from "./page/progress.js";
import { Toolbar } from "./page/toolbar.js";
import { Troubles } from "./page/troubles.js";
import { decidedSentence, sentences } from "./page/words.js";
import { Arrivals } from "./sending/arrivals.js";
import { Sender } from "./sending/sender.js";
import { asProblem } from "./server/problems.js";
import { forgetPhoto } from "./server/photos.js";

/** @typedef {import("./album/album.js").Item} Item */

const album = new Album();
const sender = new Sender(album);
const session = new Session(album, {
  onLost: () => notice("connection", sentences.lost),
  onBack: () => notice("connection", ""),
  onGone: () => notice("gone", sentences.gone, { word: "Begin anew", act: () => location.assign(location.pathname) }),
});
const arrivals = new Arrivals(album, sender, session);
const proposal = new Proposal(album, (problem) => notice("proposal", problem?.message ?? ""));
const decisions = new Decisions(album, (unsaved, problem) => {
  notice("decisions", problem ? `${problem.message} ${unsaved ? "Your decisions are kept here and saved later." : ""}` : "");
});
const toolbar = new Toolbar(proposal, () => album.changed());
const verdict = (/** @type {Item} */ item) => verdictOf(item, proposal.photos);
const grid = new Grid(verdict, {
  onMoved: () => showDetails(),
  onOpen: (item) => loupe.open(item),
  onStack: ({ id }) => spread(id),
});
const culling = { album, proposal, grid, choose, undo, compare: () => void compare.open(), forget, verdict };
const loupe = new Loupe(culling);
const compare = new Compare(culling);
const details = new Details(byId("details"), (item) => void forget(item));
const progress = new Progress(album, sender);
const troubles = new Troubles({ again: (item) => void arrivals.again(item), forget: (item) => void forget(item) });

/** @param {Item} item @param {Partial<import("./contracts.js").Choice>} part */
function choose(item, part) {
  decisions.choose(item, part);
  say(decidedSentence(item));
}

async function undo() {
  try {
    const item = await decisions.undo(grid.active);
    if (!item) return say(sentences.nothingToUndo);
    grid.goToItem(item);
    say(decidedSentence(item));
  } catch (error) {
    notice("decisions", asProblem(error).message);
  }
}

/** @param {Item} item */
async function forget(item) {
  try {
    if (item.id) await forgetPhoto(item.id, new AbortController().signal);
    arrivals.forget(item);
  } catch (error) {
    notice("forget", asProblem(error).message);
  }
}

/** @param {string} stack */
function spread(stack) {
  toolbar.toggleStack(stack);
  album.changed();
}

function showDetails() {
  details.show(grid.active, proposal.photos.get(grid.active?.id ?? "") ?? null);
}

/** Everything that depends on the album, after each change of it. */
function refresh() {
  const { all, scored } = album.counts();
  document.body.classList.toggle("culling", all > 0 || album.id !== "");
  proposal.refresh();
  const places = arrange(album.items.values(), proposal.photos, toolbar.wish);
  grid.show(places);
  toolbar.refresh(scored, places.length);
  byId("empty").hidden = places.length > 0;
  progress.refresh();
  troubles.refresh(album.items.values());
  showDetails();
  loupe.refresh();
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
  End: () => grid.goTo(grid.places.length - 1),
  Enter: () => grid.active && loupe.open(grid.active),
  " ": () => grid.active && loupe.open(grid.active),
});
const pageKeys = keyListener({
  u: () => void undo(),
  c: () => void compare.open(),
  m: () => grid.mark(),
  s: () => spread(grid.places[grid.activeIndex]?.stack?.id ?? ""),
  "?": () => byId("help", HTMLDialogElement).showModal(),
  ...decisionKeys(() => grid.active, choose, () => grid.move(1, 0)),
});

album.watch(refresh);
byId("grid").addEventListener("keydown", gridKeys);
document.addEventListener("keydown", (event) => document.querySelector("dialog[open]") || pageKeys(event));
watchExports(album, proposal);
watchDialogs(session, album);

/** Photos that somebody chose. @param {File[]} files @param {number} leftOut files of a folder that are no photos */
export const take = (files, leftOut) => arrivals.take(files, leftOut);

/** The album that the address names, after a reload. */
export const resume = () => arrivals.resume(() => (decisions.resume(), proposal.resume()));
