/** The camera test: pictures go to /ws, and what is said of them stands over the picture. */

/** @import { StreamAnswer } from "./answers" */

import { byId, penOf } from "./dom.js";
import { socket } from "./service.js";
import { LABELS } from "./words.js";

const EVERY_MS = 400;
const WIDE = 640;
const video = byId("camera-picture", HTMLVideoElement);
const told = byId("camera-verdict", HTMLElement);
const button = byId("camera-switch", HTMLButtonElement);
const problem = byId("camera-problem", HTMLElement);

/** @type {(() => void) | undefined} */
let stop;

button.addEventListener("click", () => (stop ? stop() : start()));

/** End it, where it is going on. */
export const stopCamera = () => stop?.();

async function start() {
  problem.textContent = "";
  /** @type {MediaStream} */
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
  } catch {
    problem.textContent = "The camera cannot be used: allow it for this page, and close other programs that use it.";
    return;
  }
  video.srcObject = stream;
  await video.play();
  const connection = socket();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  stop = () => {
    clearTimeout(timer);
    stop = undefined;
    if (connection.readyState === WebSocket.OPEN) connection.send(JSON.stringify({ type: "stop_stream" }));
    connection.close();
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    told.textContent = "";
    button.textContent = "Use my camera";
  };
  const look = () =>
    connection.readyState === WebSocket.OPEN &&
    connection.send(JSON.stringify({ type: "video_frame", data: picture(), timestamp: Date.now() }));
  connection.addEventListener("open", () => {
    connection.send(
      JSON.stringify({
        type: "start_stream",
        config: { video_enabled: true, quality: "medium", detection_sensitivity: "medium" },
      }),
    );
    look();
  });
  connection.addEventListener("message", ({ data }) => {
    /** @type {StreamAnswer} */
    const answer = JSON.parse(data);
    if (answer.type === "error") problem.textContent = answer.text;
    else if (stop) {
      const { authenticity_score: score, label } = answer.result;
      told.textContent = `${LABELS[label].join(" ")}${score == null ? "" : `, score ${(1 - score).toFixed(2)}`}`;
    }
    if (stop) timer = setTimeout(look, EVERY_MS);
  });
  connection.addEventListener("close", () => {
    if (!stop) return;
    stop();
    problem.textContent = "The service has ended the connection: try again.";
  });
  button.textContent = "Stop";
}

function picture() {
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(WIDE, video.videoWidth);
  canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
  penOf(canvas).drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.9);
}
