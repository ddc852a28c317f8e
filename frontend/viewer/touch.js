// Fingers: swipes go and decide, two fingers zoom.

const LEAST_PIXELS = 48;

/** @param {HTMLElement} frame @param {Zoom} zoom
 * @param {Swipes} swipes with one finger, while the whole image is shown */
export function listenForTouch(frame, zoom, swipes) {
  /** @type {Map<number, PointerEvent>} */
  const fingers = new Map();
  let pinched = false;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    if (fingers.size === 0) pinched = zoom.scale > 1;
    fingers.set(event.pointerId, event);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId) || fingers.size !== 2) return;
    const before = spread([...fingers.values()]);
    fingers.set(event.pointerId, event);
    pinched = true;
    zoom.by(spread([...fingers.values()]) / Math.max(1, before));
  });
  frame.addEventListener("pointerup", (event) => {
    const start = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (start && !pinched) swipe(event.clientX - start.clientX, event.clientY - start.clientY, swipes);
  });
  frame.addEventListener("pointercancel", ({ pointerId }) => fingers.delete(pointerId));
}

/** @param {PointerEvent[]} fingers two */
const spread = ([first, second]) => (first && second ? Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY) : 1);

/** @param {number} x @param {number} y @param {Swipes} swipes */
function swipe(x, y, swipes) {
  if (Math.max(Math.abs(x), Math.abs(y)) < LEAST_PIXELS) return;
  if (Math.abs(x) > Math.abs(y)) x < 0 ? swipes.left() : swipes.right();
  else y < 0 ? swipes.up() : swipes.down();
}
