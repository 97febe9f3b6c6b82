import { beforeEach, expect, test } from "vitest";
import { budget } from "../../src/popup/budget";
import { SENSITIVITIES } from "../../src/shared/vocabulary";
import { fakeChrome } from "../chrome";

beforeEach(() => {
  fakeChrome();
});

const OPEN = /Too few real people have been tried/;

test("each sensitivity says what it means in false alarms", () => {
  const [sensitive, balanced, conservative] = SENSITIVITIES.map((one) => budget(one, { status: "off" }));
  expect(sensitive).toMatch(/one false alarm an hour/);
  expect(balanced).toMatch(/one false alarm in 10 hours/);
  expect(conservative).toMatch(/one false alarm in 100 hours/);
});

test("what the model cannot keep to is said, once that is known", () => {
  const said = (leastAlarmsPerHour: number | null) => budget("balanced", { status: "ready", leastAlarmsPerHour });
  expect(said(null)).toMatch(OPEN);
  expect(said(0.2)).toMatch(OPEN);
  expect(said(0.1)).not.toMatch(OPEN);
  expect(said(0.001)).not.toMatch(OPEN);
  expect(budget("balanced", { status: "loading" })).not.toMatch(OPEN);
});
