/** One judged clip: picture with face boxes, timeline, people, worst moment, heat map, export. */

import { blobUrl } from "./service.js";
import { drawTimeline, markTime, onPress } from "./timeline.js";
import { clock, element, LABELS, verdict } from "./words.js";

const $ = (id) => document.getElementById(id);
const [detail, clip, still, boxes, seek] = ["detail", "clip", "still", "boxes", "seek"].map($);
/** A face is drawn for as long as frames are apart, and not much longer. */
const NEAR_S = 0.75;

let shown;

/** Show a job that is done; `file` is what was picked, where this page still has it. */
export function showClip(job, file) {
  const { result } = job;
  const people = result.people ?? [{ person: 1, verdict: result.verdict, segments: [], frames: result.frames }];
  const seconds = Math.max(result.video?.seconds ?? 0, result.frames.at(-1)?.t ?? 0, 0.01);
  shown = { job, result, people, seconds, person: 0, t: 0, playable: false };
  detail.hidden = false;
  $("detail-name").textContent = result.path;
  const head = $("verdict");
  head.dataset.label = result.verdict.label;
  head.querySelector(".mark").textContent = LABELS[result.verdict.label][0];
  head.querySelector(".label").textContent = verdict(result.verdict);
  const { score, confidence } = result.verdict;
  const faces = people.length === 1 ? "1 person" : `${people.length} people`;
  const facts = [score == null ? "" : `score ${score.toFixed(2)}`, `confidence ${confidence.toFixed(2)}`, faces];
  $("verdict-facts").textContent = [...facts, `${result.frames.length} frames looked at`].filter(Boolean).join(", ");
  const moving = Boolean(result.video);
  for (const id of ["chart", "worst"]) $(id).hidden = !moving;
  $("segments-title").parentElement.hidden = !moving;
  $("end").textContent = clock(seconds);
  seek.max = seconds;
  choosePeople();
  openPicture(file, moving);
  choose(worstPerson());
}

/** Hide it if it is this job's. */
export function hideClip(id) {
  if (shown?.job.id !== id) return;
  detail.hidden = true;
  clip.removeAttribute("src");
  clip.load();
  shown = undefined;
}

function openPicture(file, moving) {
  if (clip.src) URL.revokeObjectURL(clip.src);
  clip.hidden = true;
  still.hidden = false;
  clip.removeAttribute("src");
  if (!file || !moving) return;
  const mine = shown;
  clip.src = URL.createObjectURL(file);
  clip.onloadeddata = () => {
    if (shown !== mine || !clip.videoWidth) return; // a kind of video that this browser cannot show
    shown.playable = true;
    clip.hidden = false;
    still.hidden = true;
    go(shown.t);
  };
}

function choosePeople() {
  const group = $("people");
  group.hidden = shown.people.length < 2;
  group.replaceChildren(
    ...shown.people.slice(0, 24).map(({ person, verdict: told }, place) => {
      const choice = element("input", { type: "radio", name: "person", value: place });
      choice.addEventListener("change", () => choose(place));
      return element("label", {}, choice, `${LABELS[told.label][0]} Person ${person}`);
    }),
  );
}

const worstLook = ({ frames }) =>
  frames.reduce((worst, frame) => ((frame.score ?? -1) > (worst?.score ?? -1) ? frame : worst), undefined);

function worstPerson() {
  const scores = shown.people.map((person) => person.verdict.score ?? worstLook(person)?.score ?? -1);
  return scores.indexOf(Math.max(...scores));
}

function choose(place) {
  if (!shown.people.length) return paintNothing();
  shown.person = place;
  const radio = $("people").querySelectorAll("input")[place];
  if (radio) radio.checked = true;
  const person = shown.people[place];
  const usable = drawScores();
  $("segments").replaceChildren(
    ...person.segments.map(({ start, end, score, worst }) =>
      element(
        "li",
        {},
        element("button", { type: "button", onclick: () => go(worst) }, `${clock(start)} to ${clock(end)}, score ${score.toFixed(2)}`),
      ),
    ),
  );
  $("no-segments").hidden = person.segments.length > 0;
  $("heat").hidden = true;
  $("worst").disabled = $("why").disabled = usable === 0;
  go(worstLook(person)?.t ?? 0);
}

/** Returns how many frames of the chosen person could be judged. */
function drawScores() {
  const { person, frames, segments } = shown.people[shown.person];
  const usable = frames.filter(({ score }) => score != null).length;
  drawTimeline(frames, segments, shown.seconds, `Scores of ${usable} frames of person ${person}; ${segments.length} stretches look swapped.`);
  return usable;
}

function paintNothing() {
  $("people").hidden = true;
  drawTimeline([], [], shown.seconds, "Nobody is in this clip.");
  $("segments").replaceChildren();
  $("no-segments").hidden = false;
  $("worst").disabled = $("why").disabled = true;
  go(0);
}

/** Show the clip at `t` seconds. */
function go(t) {
  shown.t = Math.min(Math.max(0, t), shown.seconds);
  if (shown.playable) clip.currentTime = shown.t;
  else fetchStill();
  paint();
}

async function fetchStill() {
  const mine = shown;
  const t = shown.t;
  if (shown.fetching) return;
  shown.fetching = true;
  try {
    const { url } = await blobUrl(`/api/jobs/${shown.job.id}/frame?t=${Math.max(0, t - 0.001).toFixed(3)}`);
    if (shown !== mine) return URL.revokeObjectURL(url);
    if (still.src) URL.revokeObjectURL(still.src);
    still.src = url;
    await still.decode().catch(() => {});
    paint();
  } catch {
    still.removeAttribute("src");
  } finally {
    mine.fetching = false;
    if (shown === mine && mine.t !== t && !mine.playable) fetchStill();
  }
}

const nearest = (frames) =>
  frames.reduce((best, frame) => (Math.abs(frame.t - shown.t) < Math.abs((best?.t ?? Infinity) - shown.t) ? frame : best), undefined);

function paint() {
  if (!shown) return;
  const picture = shown.playable ? clip : still;
  seek.value = shown.t;
  seek.setAttribute("aria-valuetext", clock(shown.t));
  markTime(shown.t, shown.seconds);
  const ratio = devicePixelRatio || 1;
  const { clientWidth: wide, clientHeight: high } = picture;
  boxes.width = wide * ratio;
  boxes.height = high * ratio;
  boxes.style.inlineSize = `${wide}px`;
  boxes.style.blockSize = `${high}px`;
  const pen = boxes.getContext("2d");
  pen.scale(ratio, ratio);
  const own = shown.playable ? [clip.videoWidth, clip.videoHeight] : [shown.result.video?.width ?? still.naturalWidth, shown.result.video?.height ?? still.naturalHeight];
  const scale = Math.min(wide / own[0], high / own[1]);
  const [left, top] = [(wide - own[0] * scale) / 2, (high - own[1] * scale) / 2];
  shown.people.forEach((person, place) => {
    const look = nearest(person.frames);
    if (!look?.face || Math.abs(look.t - shown.t) > NEAR_S) return;
    box(pen, look, person.person, place === shown.person, scale, left, top);
  });
  const person = shown.people[shown.person];
  const look = person && nearest(person.frames);
  const near = look && Math.abs(look.t - shown.t) <= NEAR_S;
  const score = near && look.score != null ? look.score.toFixed(2) : "–";
  const why = near && look.reason ? look.reason.replaceAll("_", " ") : near ? "" : "not in the picture";
  $("now").replaceChildren(element("b", {}, score), ` score at ${clock(shown.t)}${why ? `, ${why}` : ""}`);
}

function box(pen, { face, score }, number, chosen, scale, left, top) {
  const [x, y, width, height] = face;
  const at = [left + x * scale, top + y * scale, width * scale, height * scale];
  pen.lineWidth = chosen ? 4 : 2;
  pen.strokeStyle = "#000a";
  pen.strokeRect(...at);
  pen.lineWidth = chosen ? 2.5 : 1.5;
  pen.strokeStyle = score == null ? "#c9ced8" : score >= 0.52 ? "#ff8a80" : "#5dd6a4";
  pen.strokeRect(...at);
  const text = `${number}${score == null ? "" : `  ${score.toFixed(2)}`}`;
  pen.font = "600 13px system-ui, sans-serif";
  const wide = pen.measureText(text).width + 12;
  const up = at[1] > 22 ? at[1] - 22 : at[1] + 2;
  pen.fillStyle = "#14161be0";
  pen.fillRect(at[0], up, wide, 20);
  pen.fillStyle = "#fff";
  pen.fillText(text, at[0] + 6, up + 14.5);
}

async function explain() {
  const mine = shown;
  const { person } = shown.people[shown.person];
  const figure = $("heat");
  $("why").disabled = true;
  $("now").append(" – asking the network…");
  try {
    const { url, headers } = await blobUrl(`/api/jobs/${shown.job.id}/heatmap?t=${shown.t.toFixed(3)}&person=${person}`);
    if (shown !== mine) return;
    const picture = figure.querySelector("img");
    if (picture.src) URL.revokeObjectURL(picture.src);
    picture.src = url;
    figure.querySelector("figcaption").textContent = `${headers.get("x-veritile-caption")} At ${clock(Number(headers.get("x-veritile-t")))}.`;
    figure.hidden = false;
  } catch (error) {
    $("problem").textContent = error.message;
  } finally {
    $("why").disabled = false;
    paint();
  }
}

async function save(form) {
  try {
    const { url } = await blobUrl(`/api/jobs/${shown.job.id}/report?form=${form}`);
    element("a", { href: url, download: `${shown.result.path}.${form}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    $("problem").textContent = error.message;
  }
}

$("worst").addEventListener("click", () => go(worstLook(shown.people[shown.person]).t));
$("why").addEventListener("click", explain);
for (const button of $("exports").children) button.addEventListener("click", () => save(button.dataset.form));
seek.addEventListener("input", () => go(Number(seek.value)));
onPress((share) => go(share * shown.seconds));
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
  drawScores();
  paint();
});
