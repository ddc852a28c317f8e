// What is said to those who listen instead of look; and notices that everyone sees.

import { byId, make } from "./find.js";

/** Said by screen readers when they are done with what they say now. @param {string} sentence */
export function say(sentence) {
  byId("said").textContent = sentence;
}

/**
 * Show a notice at the top, one for each `about`, until it is taken away or closed.
 * @param {string} about
 * @param {string} sentence none takes it away
 * @param {{word: string, act: () => void} | null} [action]
 */
export function notice(about, sentence, action = null) {
  const list = byId("notices");
  const earlier = list.querySelector(`[data-about="${about}"]`);
  if (earlier?.querySelector("p")?.textContent === sentence) return;
  earlier?.remove();
  if (!sentence) return;
  const row = make("li", "notice", make("p", "", sentence));
  row.dataset.about = about;
  if (action) row.append(button(action.word, () => (row.remove(), action.act())));
  row.append(button("Close", () => row.remove()));
  list.append(row);
}

/** @param {string} word @param {() => void} act */
export function button(word, act, className = "button") {
  const made = make("button", className, word);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
