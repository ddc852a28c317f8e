import { sentences } from "../text/messages.js";
import { byId, make } from "./elements.js";

/** Announce a sentence after the current speech. @param {string} sentence */
export function announce(sentence) {
  byId("announcement").textContent = sentence;
}

/** Show a notice at the top of the page, one a topic, until it is closed or removed. @param {string} topic
 * @param {string} sentence "" removes the notice @param {{label: string, run: () => void} | null} [action] */
export function showNotice(topic, sentence, action = null) {
  const list = byId("notices");
  const shown = list.querySelector(`[data-topic="${topic}"]`);
  if (shown?.querySelector("p")?.textContent === sentence) return;
  shown?.remove();
  if (!sentence) return;
  const row = make("li", "notice", make("p", "", sentence));
  row.dataset.topic = topic;
  if (action) row.append(button(action.label, () => (row.remove(), action.run())));
  row.append(button(sentences.close, () => row.remove()));
  list.append(row);
}

/** @param {string} label @param {() => void} onClick */
export function button(label, onClick, className = "button") {
  const element = make("button", className, label);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}
