// The HTML's texts in the visitor's language, by the English ones.

import { language } from "../text/language.js";
import { page } from "../text/messages.js";

const ATTRIBUTES = ["aria-label", "content", "title", "placeholder"];

/** Translate the document, templates included. */
export function translatePage() {
  document.documentElement.lang = language;
  if (Object.keys(page).length === 0) return;
  translate(document.documentElement);
  for (const template of document.querySelectorAll("template")) translate(template.content);
}

/** @param {Node} root */
function translate(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Element) translateAttributes(node);
    else node.nodeValue = translated(node.nodeValue ?? "");
  }
}

/** @param {Element} element */
function translateAttributes(element) {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name);
    if (text) element.setAttribute(name, translated(text));
  }
}

/** White space at both ends stays. @param {string} text */
function translated(text) {
  const known = page[text.trim().replace(/\s+/g, " ")];
  return known ? text.replace(/\S(?:.*\S)?/s, () => known) : text;
}
