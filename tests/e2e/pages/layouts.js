/**
 * Who is in the call, and how the page arranges them. Each platform's page builds its own DOM for a layout.
 * A person: key (of their video), id (a number), name, kind, and `owner` for whoever shares a screen.
 */
const ana = { key: "ana", id: 1, name: "Ana Prieto", kind: "camera" };
const ben = { key: "ben", id: 2, name: "Ben Okoro", kind: "camera_off" };
const kim = { key: "own", id: 3, name: "Kim Lee", kind: "self" };
const eve = { key: "eve", id: 4, name: "Eve Adams", kind: "camera" };
const share = { key: "share", id: 1, name: "Ana Prieto", kind: "screen_share" };

/** A crowd of `count` with their cameras on, and oneself. */
export function crowd(count) {
  const others = Array.from({ length: count }, (_, at) => {
    const id = 10 + at;
    return { key: `p${id}`, id, name: `Guest ${words(at)}`, kind: "camera" };
  });
  return { mode: "grid", people: [...others, kim] };
}

/** Names of people have no digits. */
function words(number) {
  return [...String(number)].map((digit) => "Nul Uno Duo Tre Qua Qui Sex Sep Oct Nov".split(" ")[digit]).join("");
}

export const LAYOUTS = {
  /** Before joining: one's own preview, and nobody else. */
  lobby: { mode: "lobby", people: [] },
  two: { mode: "grid", people: [ana, kim] },
  grid: { mode: "grid", people: [ana, ben, kim, eve] },
  /** Whoever speaks is large, the others are in a strip. */
  speaker: { mode: "speaker", people: [eve, ana, ben, kim] },
  presenting: { mode: "speaker", people: [share, ana, kim] },
  camera_off: { mode: "grid", people: [{ ...ana, kind: "camera_off" }, kim] },
  /** Everything that there is, as the checks without a browser want it. */
  all: { mode: "grid", people: [ana, ben, kim, share] },
  forty_nine: crowd(48),
};
