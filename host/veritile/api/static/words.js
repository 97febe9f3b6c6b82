/** How things are said. */

export const LABELS = {
  likely_real: ["✓", "Likely real"],
  suspect: ["!", "Suspect"],
  likely_fake: ["✕", "Likely fake"],
  inconclusive: ["–", "Inconclusive"],
};

export const said = (text) => text.replaceAll("_", " ");

export function verdict({ label, reason }) {
  return reason ? `${LABELS[label][1]}: ${said(reason)}` : LABELS[label][1];
}

export function clock(seconds) {
  const tenths = Math.round(Math.max(0, seconds) * 10) / 10;
  const minutes = Math.floor(tenths / 60);
  const rest = tenths - 60 * minutes;
  if (minutes < 60) return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(Math.floor(rest)).padStart(2, "0")}`;
}

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
