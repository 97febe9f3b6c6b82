/** What a sensitivity means in false alarms, and whether the model at work can keep to it. */
import type { HostState } from "../channel";
import { text } from "../i18n";
import type { SensitivityChoice } from "../settings";
import { BUDGETS } from "../vocabulary";

/** @param own false alarms per hour and real participant, in force with the choice `own` */
export function budget(choice: SensitivityChoice, own: number, { leastAlarmsPerHour: least }: HostState): string {
  const meaning = choice === "own" ? ownBudget(own) : text(`popup_${choice}_text`);
  const alarms = choice === "own" ? own : BUDGETS[choice];
  // Unknown until the model is loaded.
  if (least === undefined || (least !== null && least <= alarms)) return meaning;
  return `${meaning} ${text("popup_budget_open")}`;
}

/** "3 an hour", or the other way round where it is less than one: "one in 50 hours". */
export function ownBudget(alarms: number): string {
  const round = (value: number) => `${Number(value.toPrecision(2))}`;
  return alarms >= 1 ? text("budget_per_hour", round(alarms)) : text("budget_hours", round(1 / alarms));
}
