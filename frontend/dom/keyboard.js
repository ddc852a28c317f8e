// Keyboard shortcuts, except in text fields and with Ctrl, Alt or Cmd.

/** @typedef {(event: KeyboardEvent) => void} Action */

/**
 * @param {Record<string, Action>} actions by `KeyboardEvent.key`, letters in lower case
 * @returns {(event: KeyboardEvent) => void}
 */
export const keyListener = (actions) => (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action(event);
};

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
