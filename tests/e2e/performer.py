"""A guest who does what they are asked to: the scripted head, filmed beforehand, as a camera on demand."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page

from call.browser import launch
from head3d import Scene
from performances import FPS, Room, Step, film, perform

ROOM = Room(noise=1.0, quality=85)

_CAMERA = """
(() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d", { alpha: false });
  context.fillRect(0, 0, 640, 360);
  const films = { sit: [] };
  let [film, at] = ["sit", 0];
  globalThis.act = (name) => { [film, at] = [name, 0]; };
  globalThis.learn = async (name, frames) => {
    films[name] = await Promise.all(frames.map(async (frame) =>
      createImageBitmap(await (await fetch("data:image/jpeg;base64," + frame)).blob())));
  };
  setInterval(() => {
    const frames = films[film];
    if (frames.length === 0) return;
    if (at >= frames.length && film !== "sit") globalThis.act("sit");
    context.drawImage(films[film][at++ % films[film].length], 0, 0);
    // No camera shows the same picture twice.
    context.fillStyle = `rgb(${at % 50} 60 60)`;
    context.fillRect(0, 0, 4, 4);
  }, PERIOD_MS);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
})();
"""


class Performer:
    """One page of a browser of guests."""

    def __init__(self, context: BrowserContext, url: str, name: str) -> None:
        self.page: Page = context.new_page()
        # Before the page asks for a camera, which it does when somebody joins.
        self.page.goto(url)
        self.page.evaluate(_CAMERA.replace("PERIOD_MS", str(round(1000 / FPS))))
        self.page.fill("input[name=nickname]", name)
        self.page.click("text=Join Call")
        self.page.wait_for_selector("video#video-_me_", timeout=30_000)
        random = np.random.default_rng(7)
        for step in (None, *Step):
            frames = [film(scene, ROOM, random) for scene in _scenes(step)]
            encoded = [base64.b64encode(frame).decode() for frame in frames]
            self.page.evaluate("([name, frames]) => learn(name, frames)", [step or "sit", encoded])

    def act(self, step: str) -> None:
        """Do once what this step asks."""
        self.page.evaluate("step => act(step)", step)


def _scenes(step: Step | None) -> list[Scene]:
    scenes = list(perform(step, 6.5, np.random.default_rng(3), ROOM))
    moving = [index for index, scene in enumerate(scenes) if _moves(scene)] if step else []
    # Nobody waits where a film can be played at once.
    return scenes[max(0, moving[0] - 1) : moving[-1] + 3] if moving else scenes[:8]


def _moves(scene: Scene) -> bool:
    return (
        abs(scene.yaw) > 8
        or abs(scene.pitch) > 8
        or scene.hand is not None
        or scene.finger != 0
        or abs(scene.lamp) > 0
        or abs(scene.face_px / ROOM.face_px - 1) > 0.06
    )


def guests(playwright: object, chromium: Path, folder: Path, camera: Path) -> BrowserContext:
    """A browser for guests: no extension; other pages than the one in front go on as well."""
    flags = ("--disable-background-timer-throttling", "--disable-renderer-backgrounding")
    return launch(playwright, chromium=chromium, profile=folder, camera=camera, arguments=flags)  # type: ignore[arg-type]
