import { beforeEach, expect, test } from "vitest";
import { budget, ownBudget } from "../../src/shared/page/budget";
import { SENSITIVITIES } from "../../src/shared/vocabulary";
import { fakeChrome } from "../chrome";

beforeEach(() => {
  fakeChrome();
});

const OPEN = /Too few real people have been tried/;

test("each sensitivity says what it means in false alarms", () => {
  const [sensitive, balanced, conservative] = SENSITIVITIES.map((one) => budget(one, 9, { status: "off" }));
  expect(sensitive).toMatch(/one false alarm an hour/);
  expect(balanced).toMatch(/one false alarm in 10 hours/);
  expect(conservative).toMatch(/one false alarm in 100 hours/);
});

test("what the model cannot keep to is said, once that is known", () => {
  const said = (leastAlarmsPerHour: number | null) => budget("balanced", 9, { status: "ready", leastAlarmsPerHour });
  expect(said(null)).toMatch(OPEN);
  expect(said(0.2)).toMatch(OPEN);
  expect(said(0.1)).not.toMatch(OPEN);
  expect(said(0.001)).not.toMatch(OPEN);
  expect(budget("balanced", 9, { status: "loading" })).not.toMatch(OPEN);
});

test("a budget of one's own is measured by its own number", () => {
  const said = (own: number) => budget("own", own, { status: "ready", leastAlarmsPerHour: 0.2 });
  expect(said(0.02)).toMatch(/one false alarm in 50 hours.*Too few/s);
  expect(said(0.5)).not.toMatch(OPEN);
  expect(ownBudget(3)).toMatch(/3 false alarms an hour/);
  expect(ownBudget(0.003)).toMatch(/in 330 hours/);
});
