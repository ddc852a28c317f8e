// Keyboard shortcuts, except in text fields and with Ctrl or Cmd.

/** A held key decides once. */
const NOT_REPEATED = new Set(["p", "x", "Alt+x", "Enter"]);

/** @param {Record<string, KeyAction>} actions by `KeyboardEvent.key`, letters in lower case; `Alt+x`
 * @returns {(event: KeyboardEvent) => void} */
export const keyListener = (actions) => (event) => {
  if (event.ctrlKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
  const name = nameOf(event);
  const action = actions[name];
  if (!action) return;
  event.preventDefault();
  if (!event.repeat || !NOT_REPEATED.has(name)) action(event);
};

/** With Alt, some systems type another letter: the key's place counts. @param {KeyboardEvent} event */
function nameOf({ altKey, code, key }) {
  if (altKey) return `Alt+${code.replace("Key", "").toLowerCase()}`;
  return key.length === 1 ? key.toLowerCase() : key;
}

/** @param {EventTarget | null} target */
export const isTyping = (target) =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
