// Typed access to elements of index.html and its templates.

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`index.html has no #${id} of that kind`);
  return /** @type {T} */ (found);
}

/** A copy of the element inside a `<template>`. @param {string} id @returns {HTMLElement} */
export function copyOf(id) {
  const first = byId(id, HTMLTemplateElement).content.firstElementChild;
  if (!first) throw new Error(`template #${id} is empty`);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}

/**
 * The element of a copied template with that `data-part`.
 * @template {Element} [T=HTMLElement]
 * @param {Element} root
 * @param {string} name
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function part(root, name, kind) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`no part "${name}" of that kind`);
  return /** @type {T} */ (found);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {...(string | Node)} children strings become text, never markup
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}
