/** Whether the computer runs on a battery that is low. Pages are told; service workers are not. */

/** From this share of its charge down. */
const LOW = 0.3;

/** What the DOM's types leave out: Chromium alone has it. */
interface BatteryManager extends EventTarget {
  readonly charging: boolean;
  readonly level: number;
}
interface WithBattery {
  getBattery?(): Promise<BatteryManager>;
}

export class Battery {
  #isLow = false;

  /** `changed` is called when `isLow` has become different. */
  constructor(changed: () => void, signal: AbortSignal) {
    // A page's policy may forbid it; then it is never low.
    void (navigator as WithBattery).getBattery?.().then(
      (battery) => {
        const look = () => {
          const isLow = !battery.charging && battery.level <= LOW;
          if (isLow === this.#isLow || signal.aborted) return;
          this.#isLow = isLow;
          changed();
        };
        for (const event of ["chargingchange", "levelchange"]) battery.addEventListener(event, look, { signal });
        look();
      },
      () => {},
    );
  }

  get isLow(): boolean {
    return this.#isLow;
  }
}
