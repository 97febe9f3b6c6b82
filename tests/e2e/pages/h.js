/** Builds an element without markup, which Trusted Types would forbid: h("div.tile#ana", {title: "…"}, child, "text"). */
export function h(selector, attributes = {}, ...children) {
  const [, tag, rest] = selector.match(/^([\w-]+)(.*)$/);
  const element = document.createElement(tag);
  for (const [, sign, word] of rest.matchAll(/([.#])([^.#]+)/g)) {
    if (sign === "#") element.id = word;
    else element.classList.add(word);
  }
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter(Boolean));
  return element;
}

/** A video as a call's page makes it. */
export function video(id, attributes = {}) {
  return h(`video${id ? `#${id}` : ""}`, { muted: "", playsinline: "", ...attributes });
}
