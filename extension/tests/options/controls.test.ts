// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { Controls } from "../../src/options/controls";
import type { Snapshot } from "../../src/shared/channel";
import { DEFAULTS, type Settings } from "../../src/shared/settings";
import { fakeChrome } from "../chrome";

const change = vi.fn();
let controls: Controls;

beforeEach(() => {
  fakeChrome();
  change.mockClear();
  document.body.innerHTML = `
    <div class="row"><input type="number" data-setting="cpuShare" data-scale="100"></div>
    <div class="row"><input type="checkbox" data-setting="batterySaver"></div>
    <div class="presets">
      <input type="radio" name="s" value="balanced" data-setting="sensitivity">
      <input type="radio" name="s" value="own" data-setting="sensitivity">
    </div>
    <div class="row"><select data-setting="language"><option>auto</option><option>de</option></select></div>`;
  controls = new Controls(document, change);
});

const show = (settings: Partial<Settings> = {}, locked: (keyof Settings)[] = []) =>
  controls.show({ ...DEFAULTS, ...settings, locked } as Snapshot);
const control = (setting: keyof Settings) =>
  document.querySelector(`[data-setting=${setting}]`) as HTMLInputElement & HTMLSelectElement;
const choose = (setting: keyof Settings, act: (control: HTMLInputElement & HTMLSelectElement) => void) => {
  act(control(setting));
  control(setting).dispatchEvent(new Event("change"));
};

test("each control shows its setting, in its own unit", () => {
  show({ cpuShare: 0.07, batterySaver: true, sensitivity: "own", language: "de" });
  expect(control("cpuShare").value).toBe("7");
  expect([control("cpuShare").min, control("cpuShare").max]).toEqual(["0.5", "50"]);
  expect(control("batterySaver").checked).toBe(true);
  expect(document.querySelector<HTMLInputElement>("[value=own]")?.checked).toBe(true);
  expect(control("language").value).toBe("de");
});

test("a choice is passed on as the setting's own value", () => {
  show();
  choose("cpuShare", (input) => {
    input.value = "12.5";
  });
  choose("batterySaver", (input) => {
    input.checked = true;
  });
  choose("language", (select) => {
    select.value = "de";
  });
  expect(change.mock.calls).toEqual([[{ cpuShare: 0.125 }], [{ batterySaver: true }], [{ language: "de" }]]);
});

test.each(["", "0", "51", "-3"])("%j percent of the machine is not taken", (typed) => {
  show();
  choose("cpuShare", (input) => {
    input.value = typed;
  });
  expect(change).not.toHaveBeenCalled();
});

test("what an organisation prescribes stands still and says so, until it no longer is", () => {
  show({ cpuShare: 0.1 }, ["cpuShare", "sensitivity"]);
  show({ cpuShare: 0.1 }, ["cpuShare", "sensitivity"]);
  expect(control("cpuShare").disabled).toBe(true);
  expect(control("batterySaver").disabled).toBe(false);
  const notes = () => [...document.querySelectorAll(".locked")].map(({ textContent }) => textContent);
  expect(notes()).toEqual(["Set by your organisation.", "Set by your organisation."]);
  show();
  expect(control("cpuShare").disabled).toBe(false);
  expect(notes()).toEqual([]);
});

test("what is being typed is not overwritten by its own echo", () => {
  show();
  control("cpuShare").focus();
  control("cpuShare").value = "1";
  show({ cpuShare: 0.3 });
  expect(control("cpuShare").value).toBe("1");
});
