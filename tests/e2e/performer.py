"""People in a call whose camera is a film of the scripted head: they do what they are asked to."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page

from call.browser import launch
from head3d import Scene
from performances import FPS, Room, Step, film, perform

ROOM = Room(noise=1.0, quality=85)
SIT = "sit"
"""The film of somebody who does nothing."""

_CAMERA = """
(() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d", { alpha: false });
  context.fillRect(0, 0, WIDTH, HEIGHT);
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
    context.drawImage(films[film][at++ % films[film].length], 0, 0, WIDTH, HEIGHT);
    // No camera shows the same picture twice.
    context.fillStyle = `rgb(${at % 50} 60 60)`;
    context.fillRect(0, 0, 4, 4);
  }, PERIOD_MS);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
})();
"""


class Performer:
    """Somebody in the call, on a page of their own."""

    def __init__(
        self, context: BrowserContext, url: str, name: str, films: Mapping[str, list[str]], width: int = 640
    ) -> None:
        self.page: Page = context.new_page()
        # Before the page asks for a camera, which it does when somebody joins.
        self.page.goto(url)
        camera = {"PERIOD_MS": 1000 / FPS, "WIDTH": width, "HEIGHT": width * ROOM.height / ROOM.width}
        script = _CAMERA
        for word, value in camera.items():
            script = script.replace(word, str(round(value)))
        self.page.evaluate(script)
        for step, frames in films.items():
            self.page.evaluate("([name, frames]) => learn(name, frames)", [step, frames])
        self.page.fill("input[name=nickname]", name)
        self.page.click("text=Join Call")
        self.page.wait_for_selector("video#video-_me_", timeout=30_000)

    def act(self, step: str) -> None:
        """Do once what this step asks."""
        self.page.evaluate("step => act(step)", step)

    def leave(self) -> None:
        """Hang up."""
        self.page.click(".hangup")


@cache
def films() -> dict[str, list[str]]:
    """The films of all steps and of nobody who does anything: JPEGs in base64."""
    random = np.random.default_rng(7)
    return {
        step or SIT: [base64.b64encode(film(scene, ROOM, random)).decode() for scene in _scenes(step)]
        for step in (None, *Step)
    }


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


def guests(playwright: object, chromium: Path, folder: Path) -> BrowserContext:
    """A browser for guests: no extension; other pages than the one in front go on as well."""
    flags = ("--disable-background-timer-throttling", "--disable-renderer-backgrounding")
    return launch(playwright, chromium=chromium, profile=folder, arguments=flags)  # type: ignore[arg-type]
