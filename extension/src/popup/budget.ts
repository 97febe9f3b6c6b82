/** What a sensitivity means in false alarms, and whether the model at work can keep to it. */
import type { HostState } from "../shared/channel";
import { text } from "../shared/i18n";
import { BUDGETS, type Sensitivity } from "../shared/vocabulary";

export function budget(sensitivity: Sensitivity, { leastAlarmsPerHour: least }: HostState): string {
  const meaning = text(`popup_${sensitivity}_text`);
  // Unknown until the model is loaded.
  if (least === undefined || (least !== null && least <= BUDGETS[sensitivity])) return meaning;
  return `${meaning} ${text("popup_budget_open")}`;
}
