/** One judged clip: picture with face boxes, timeline, people, worst moment, heat map, export. */

/** @import { Job, Person, Result } from "./answers" */

import { paintBoxes } from "./boxes.js";
import { byId, element, within } from "./dom.js";
import { lookAt, worstLook } from "./looks.js";
import { blobUrl } from "./service.js";
import { drawTimeline, markTime, onPress } from "./timeline.js";
import { clock, LABELS, said, verdict } from "./words.js";

/** @param {string} id */
const $ = (id) => byId(id, HTMLElement);
/** @param {string} id */
const button = (id) => byId(id, HTMLButtonElement);
const detail = $("detail");
const clip = byId("clip", HTMLVideoElement);
const still = byId("still", HTMLImageElement);
const seek = byId("seek", HTMLInputElement);
/**
 * @typedef {object} Shown
 * @property {Job} job
 * @property {Result} result
 * @property {Person[]} people
 * @property {number} seconds of the whole clip
 * @property {number} person the place of whom the timeline is about
 * @property {number} t the time that is shown, s
 * @property {boolean} playable whether this browser plays the clip; else frames are fetched
 * @property {boolean} fetching
 */

/** @type {Shown | undefined} */
let shown;

/**
 * Show a job that is done.
 *
 * @param {Job} job
 * @param {File | undefined} file what was picked, where this page still has it
 */
export function showClip(job, file) {
  const { result } = job;
  if (!result) return;
  const people = result.people ?? [{ person: 1, verdict: result.verdict, segments: [], frames: result.frames }];
  const seconds = Math.max(result.video?.seconds ?? 0, result.frames.at(-1)?.t ?? 0, 0.01);
  shown = { job, result, people, seconds, person: 0, t: 0, playable: false, fetching: false };
  detail.hidden = false;
  $("detail-name").textContent = result.path;
  const head = $("verdict");
  head.dataset.label = result.verdict.label;
  within(head, ".mark", HTMLElement).textContent = LABELS[result.verdict.label][0];
  within(head, ".label", HTMLElement).textContent = verdict(result.verdict);
  const { score, confidence } = result.verdict;
  const faces = people.length === 1 ? "1 person" : `${people.length} people`;
  const { name, temporal } = result.model;
  const unknown = temporal?.compared_with === 0 ? ", whose labels have no stated rate of error" : "";
  const judges = temporal?.stretches ? `${name} with ${temporal.name}${unknown}` : name;
  const facts = [score == null ? "" : `score ${score.toFixed(2)}`, `confidence ${confidence.toFixed(2)}`, faces];
  const looked = [`${result.frames.length} frames looked at`, `model ${judges}`];
  $("verdict-facts").textContent = [...facts, ...looked].filter(Boolean).join(", ");
  const moving = Boolean(result.video);
  for (const id of ["chart", "worst"]) $(id).hidden = !moving;
  $("stretches").hidden = !moving;
  $("end").textContent = clock(seconds);
  seek.max = String(seconds);
  choosePeople(shown);
  openPicture(shown, file, moving);
  choose(shown, worstPerson(shown));
}

/**
 * Hide it if it is this job's.
 *
 * @param {string} id
 */
export function hideClip(id) {
  if (shown?.job.id !== id) return;
  detail.hidden = true;
  clip.removeAttribute("src");
  clip.load();
  shown = undefined;
}

/**
 * @param {Shown} mine
 * @param {File | undefined} file
 * @param {boolean} moving
 */
function openPicture(mine, file, moving) {
  if (clip.src) URL.revokeObjectURL(clip.src);
  clip.hidden = true;
  still.hidden = false;
  clip.removeAttribute("src");
  if (!file || !moving) return;
  clip.src = URL.createObjectURL(file);
  clip.onloadeddata = () => {
    if (shown !== mine || !clip.videoWidth) return; // a kind of video that this browser cannot show
    mine.playable = true;
    clip.hidden = false;
    still.hidden = true;
    go(mine, mine.t);
  };
}

/** @param {Shown} mine */
function choosePeople(mine) {
  const group = $("people");
  group.hidden = mine.people.length < 2;
  group.replaceChildren(
    ...mine.people.slice(0, 24).map(({ person, verdict: told }, place) => {
      const choice = element("input", { type: "radio", name: "person", value: place });
      choice.addEventListener("change", () => choose(mine, place));
      return element("label", {}, choice, `${LABELS[told.label][0]} Person ${person}`);
    }),
  );
}

/** @param {Shown} mine */
function worstPerson(mine) {
  const scores = mine.people.map((person) => person.verdict.score ?? worstLook(person)?.score ?? -1);
  return scores.indexOf(Math.max(...scores));
}

/**
 * @param {Shown} mine
 * @param {number} place
 */
function choose(mine, place) {
  if (!mine.people.length) {
    paintNothing(mine);
    return;
  }
  mine.person = place;
  const radio = $("people").querySelectorAll("input")[place];
  if (radio) radio.checked = true;
  const person = mine.people[place];
  const usable = drawScores(mine);
  $("segments").replaceChildren(
    ...person.segments.map(({ start, end, score, worst }) =>
      element(
        "li",
        {},
        element(
          "button",
          { type: "button", onclick: () => go(mine, worst) },
          `${clock(start)} to ${clock(end)}, score ${score.toFixed(2)}`,
        ),
      ),
    ),
  );
  $("no-segments").hidden = person.segments.length > 0;
  $("heat").hidden = true;
  button("worst").disabled = button("why").disabled = usable === 0;
  go(mine, worstLook(person)?.t ?? 0);
}

/**
 * @param {Shown} mine
 * @returns {number} of frames of the chosen person that could be judged
 */
function drawScores(mine) {
  const { person, frames, segments } = mine.people[mine.person];
  const usable = frames.filter(({ score }) => score != null).length;
  drawTimeline(
    frames,
    segments,
    mine.seconds,
    `Scores of ${usable} frames of person ${person}; ${segments.length} stretches look swapped.`,
  );
  return usable;
}

/** @param {Shown} mine */
function paintNothing(mine) {
  $("people").hidden = true;
  drawTimeline([], [], mine.seconds, "Nobody is in this clip.");
  $("segments").replaceChildren();
  $("no-segments").hidden = false;
  button("worst").disabled = button("why").disabled = true;
  go(mine, 0);
}

/**
 * Show the clip at a time.
 *
 * @param {Shown} mine
 * @param {number} t seconds
 */
function go(mine, t) {
  mine.t = Math.min(Math.max(0, t), mine.seconds);
  if (mine.playable) clip.currentTime = mine.t;
  else void fetchStill(mine);
  paint();
}

/** @param {Shown} mine */
async function fetchStill(mine) {
  const { t } = mine;
  if (mine.fetching) return;
  mine.fetching = true;
  try {
    const { url } = await blobUrl(`/api/jobs/${mine.job.id}/frame?t=${Math.max(0, t - 0.001).toFixed(3)}`);
    if (shown !== mine) return URL.revokeObjectURL(url);
    if (still.src) URL.revokeObjectURL(still.src);
    still.src = url;
    await still.decode().catch(() => {});
    paint();
  } catch {
    still.removeAttribute("src");
  } finally {
    mine.fetching = false;
    if (shown === mine && mine.t !== t && !mine.playable) void fetchStill(mine);
  }
}

function paint() {
  if (!shown) return;
  const { people, person: chosen, playable, result, seconds, t } = shown;
  const picture = playable ? clip : still;
  seek.value = String(t);
  seek.setAttribute("aria-valuetext", clock(t));
  markTime(t, seconds);
  const own = playable
    ? { wide: clip.videoWidth, high: clip.videoHeight }
    : { wide: result.video?.width ?? still.naturalWidth, high: result.video?.height ?? still.naturalHeight };
  const looks = people.flatMap(({ person, frames }, place) => {
    const look = lookAt(frames, t);
    return look?.face ? [{ ...look, face: look.face, person, place }] : [];
  });
  paintBoxes(picture, own, looks, chosen);
  const near = people[chosen] && lookAt(people[chosen].frames, t);
  const score = near?.score == null ? "–" : near.score.toFixed(2);
  const why = near ? said(near.reason ?? "") : "not in the picture";
  $("now").replaceChildren(element("b", {}, score), ` score at ${clock(t)}${why ? `, ${why}` : ""}`);
}

/** @param {Shown} mine */
async function explain(mine) {
  const { person } = mine.people[mine.person];
  const figure = $("heat");
  button("why").disabled = true;
  $("now").append(" – asking the network…");
  try {
    const query = `t=${mine.t.toFixed(3)}&person=${person}`;
    const { url, headers } = await blobUrl(`/api/jobs/${mine.job.id}/heatmap?${query}`);
    if (shown !== mine) return;
    const picture = within(figure, "img", HTMLImageElement);
    if (picture.src) URL.revokeObjectURL(picture.src);
    picture.src = url;
    const at = clock(Number(headers.get("x-veritile-t")));
    within(figure, "figcaption", HTMLElement).textContent = `${headers.get("x-veritile-caption")} At ${at}.`;
    figure.hidden = false;
  } catch (error) {
    say(error);
  } finally {
    button("why").disabled = false;
    paint();
  }
}

/**
 * @param {Shown} mine
 * @param {string} form json, csv or html
 */
async function save(mine, form) {
  try {
    const { url } = await blobUrl(`/api/jobs/${mine.job.id}/report?form=${form}`);
    element("a", { href: url, download: `${mine.result.path}.${form}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    say(error);
  }
}

/** @param {unknown} error */
function say(error) {
  $("problem").textContent = error instanceof Error ? error.message : String(error);
}

button("worst").addEventListener("click", () => {
  if (shown) go(shown, worstLook(shown.people[shown.person])?.t ?? 0);
});
button("why").addEventListener("click", () => {
  if (shown) void explain(shown);
});
for (const each of $("exports").querySelectorAll("button"))
  each.addEventListener("click", () => {
    if (shown) void save(shown, each.dataset.form ?? "json");
  });
seek.addEventListener("input", () => {
  if (shown) go(shown, Number(seek.value));
});
onPress((share) => {
  if (shown) go(shown, share * shown.seconds);
});
const follow = () => {
  if (!shown?.playable) return;
  shown.t = clip.currentTime;
  paint();
};
clip.addEventListener("timeupdate", follow);
clip.addEventListener("seeked", follow);
clip.addEventListener("play", function playing() {
  follow();
  if (!clip.paused) requestAnimationFrame(playing);
});
addEventListener("resize", () => {
  if (!shown?.people.length) return;
  drawScores(shown);
  paint();
});
