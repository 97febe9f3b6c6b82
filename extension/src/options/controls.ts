/** Controls that name a setting in data-setting: they show it, change it, and stand still where it is prescribed. */
import type { Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { element } from "../shared/page/dom";
import { BOUNDS, type Settings, valid } from "../shared/settings";

type Control = HTMLInputElement | HTMLSelectElement;
type Change = (settings: Partial<Settings>) => void;

export class Controls {
  private readonly controls: readonly Control[];

  constructor(page: ParentNode, change: Change) {
    this.controls = [...page.querySelectorAll<Control>("[data-setting]")];
    for (const control of this.controls) {
      limit(control);
      control.addEventListener("change", () => {
        const settings = valid({ [settingOf(control)]: chosen(control) });
        // What cannot be is marked by the browser, and not taken.
        if (Object.keys(settings).length) change(settings);
        else control.reportValidity();
      });
    }
  }

  show(snapshot: Snapshot): void {
    for (const control of this.controls) {
      const key = settingOf(control);
      // What is being typed is not overwritten by its own echo.
      if (control !== document.activeElement || !isTyped(control)) put(control, snapshot[key]);
      lock(control, snapshot.locked.includes(key));
    }
  }
}

const settingOf = (control: Control) => control.dataset.setting as keyof Settings;
const scaleOf = (control: Control) => Number(control.dataset.scale ?? 1);
const isTyped = (control: Control) => control.type === "number";

function limit(control: Control): void {
  const bounds: Partial<Record<keyof Settings, readonly [number, number]>> = BOUNDS;
  const [least, most] = bounds[settingOf(control)] ?? [];
  if (!(control instanceof HTMLInputElement) || least === undefined || most === undefined) return;
  control.min = `${least * scaleOf(control)}`;
  control.max = `${most * scaleOf(control)}`;
}

function chosen(control: Control): unknown {
  if (control.type === "checkbox") return (control as HTMLInputElement).checked;
  if (isTyped(control)) return control.value === "" ? undefined : Number(control.value) / scaleOf(control);
  return control.value;
}

function put(control: Control, value: unknown): void {
  if (!(control instanceof HTMLInputElement)) control.value = `${value}`;
  else if (control.type === "checkbox") control.checked = value === true;
  else if (control.type === "radio") control.checked = control.value === value;
  // 0.07 * 100 is not 7.
  else control.value = `${Number(((value as number) * scaleOf(control)).toPrecision(6))}`;
}

function lock(control: Control, isLocked: boolean): void {
  control.disabled = isLocked;
  const group = control.closest(".row, .presets, fieldset");
  const note = group?.querySelector(".locked");
  if (isLocked && !note) group?.append(element("p", { class: "locked" }, text("page_locked")));
  else if (!isLocked) note?.remove();
}
