// Which key does what. Keys typed into a field, or together with Ctrl, Alt or Cmd, are the browser's.

/** @typedef {(event: KeyboardEvent) => void} Act */

/**
 * @param {Record<string, Act>} actions by `KeyboardEvent.key`, letters in lower case
 * @returns {(event: KeyboardEvent) => void}
 */
export const keyListener = (actions) => (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTyped(event.target)) return;
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
};

/** @param {EventTarget | null} target */
const isTyped = (target) =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
