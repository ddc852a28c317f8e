// Suggestions, each with its gain, a preview and a sidecar; the frames lie over the photo.

import { button } from "../dom/announce.js";
import { download } from "../dom/download.js";
import { make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { fetchSidecar } from "../server/photos.js";
import { gainSentence, sentences, suggestionSentence } from "../text/messages.js";
import { canvasOf, exposed } from "./pixels.js";

const SIDE = 1600; // pixels of a picture over the photo
const LINE = "#ffd23f"; // as the horizon's

/** A row for each suggestion. @param {Suggestion[]} suggestions @param {Item} item
 * @param {HTMLImageElement} image of the photo @param {(canvas: HTMLCanvasElement) => void} draw over the photo
 * @param {(sentence: string) => unknown} describe a problem */
export function suggestionRows(suggestions, item, image, draw, describe) {
  const previews = suggestions.map((suggestion) => {
    const preview = button(sentences.preview, () => {
      const isShown = preview.getAttribute("aria-pressed") === "true";
      for (const element of previews) element.setAttribute("aria-pressed", String(element === preview && !isShown));
      draw(isShown ? framesOver(image, suggestions) : changed(image, suggestion));
    });
    preview.setAttribute("aria-pressed", "false");
    return preview;
  });
  draw(framesOver(image, suggestions));
  return suggestions.map((suggestion, index) => {
    const save = () => saveSidecar(item, suggestion).catch((error) => describe(asProblem(error).message));
    const sidecar = button(sentences.sidecar, () => void save());
    const name = make("b", "", suggestionSentence(suggestion));
    name.id = `suggestion-${index}`;
    const row = make("div", "row", previews[index] ?? "", sidecar);
    for (const element of row.children) element.setAttribute("aria-describedby", name.id);
    return make("li", "", name, make("p", "fine", gainSentence(suggestion)), row);
  });
}

/** @param {Item} item @param {Suggestion} suggestion */
async function saveSidecar({ id, name }, { number }) {
  const sidecar = await fetchSidecar(id ?? "", number, new AbortController().signal);
  download(sidecar, `${name.replace(/^.*\/|\.[^./]*$/g, "")}.xmp`);
}

/** What the change shows of the photo. @param {Suggestion} suggestion @param {HTMLImageElement} image @returns {SuggestedFrame} */
function frameOf(suggestion, { naturalWidth, naturalHeight }) {
  const { kind, left = 0, top = 0, width = 1, height = 1, share = 1, degrees = 0 } = suggestion;
  const [across, down] = kind === "straighten" ? [share, share] : [width, height];
  const [x, y] = kind === "straighten" ? [0.5, 0.5] : [left + width / 2, top + height / 2];
  return {
    x: x * naturalWidth, y: y * naturalHeight, width: across * naturalWidth, height: down * naturalHeight, degrees: -degrees,
  }; // prettier-ignore
}

/** The photo with the change. @param {HTMLImageElement} image @param {Suggestion} suggestion */
function changed(image, suggestion) {
  const { x, y, width, height, degrees } = frameOf(suggestion, image);
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const { canvas, context } = canvasOf(width * scale, height * scale);
  context.scale(scale, scale);
  context.translate(width / 2, height / 2);
  context.rotate((-degrees * Math.PI) / 180);
  context.drawImage(image, -x, -y);
  if (suggestion.stops) exposed(canvas, context, suggestion.stops);
  canvas.className = "changed";
  return canvas;
}

/** The frames of crop and level, with the line that becomes level. @param {HTMLImageElement} image @param {Suggestion[]} suggestions */
function framesOver(image, suggestions) {
  const scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight, 1));
  const { canvas, context } = canvasOf(image.naturalWidth * scale, image.naturalHeight * scale);
  for (const suggestion of suggestions) {
    if (suggestion.kind === "exposure") continue;
    const { x, y, width, height, degrees } = frameOf(suggestion, image);
    context.setTransform(scale, 0, 0, scale, x * scale, y * scale);
    context.rotate((degrees * Math.PI) / 180);
    const path = new Path2D();
    path.rect(-width / 2, -height / 2, width, height);
    if (degrees) path.rect(-width / 2, 0, width, 0);
    for (const [style, line] of [["#000", 6], [LINE, 3]]) { // prettier-ignore
      Object.assign(context, { strokeStyle: style, lineWidth: Number(line) / scale });
      context.stroke(path);
    }
  }
  return canvas;
}
