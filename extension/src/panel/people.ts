/** Everybody in the call that the panel shows, in the order in which they were first seen. */
import type { CallRecord } from "../shared/history";
import { Person } from "./person";

export class People {
  private readonly people = new Map<string, Person>();
  /** Whom to lead to as soon as they are shown. */
  private wanted: string | undefined;

  /** @param check leads through a challenge for a participant */
  constructor(
    private readonly list: HTMLUListElement,
    private readonly check: (participant: string) => void,
  ) {
    new ResizeObserver(() => this.draw()).observe(list);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  show({ people, alarm, live }: CallRecord): void {
    for (const [participant, person] of this.people) {
      if (people.some((record) => record.participant === participant)) continue;
      this.drop(participant, person);
    }
    for (const record of people) {
      let person = this.people.get(record.participant);
      if (!person) {
        person = new Person(() => this.check(record.participant));
        this.people.set(record.participant, person);
        this.list.append(person.element);
      }
      person.show(record, alarm, live);
    }
    if (this.wanted !== undefined) this.focus(this.wanted);
  }

  focus(participant: string): void {
    const person = this.people.get(participant);
    this.wanted = person ? undefined : participant;
    person?.element.scrollIntoView({ block: "start" });
    person?.element.focus({ preventScroll: true });
  }

  clear(): void {
    for (const [participant, person] of this.people) this.drop(participant, person);
  }

  private drop(participant: string, person: Person): void {
    person.chart.close();
    person.element.remove();
    this.people.delete(participant);
  }

  private draw(): void {
    for (const { chart } of this.people.values()) chart.resize();
  }
}
