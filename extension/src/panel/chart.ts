/** The evidence about one person over time, and the bound that it has to pass for an alarm. */
import uPlot from "uplot";
import type { PersonRecord } from "../shared/history";
import { text } from "../shared/i18n";
import { element } from "../shared/page/dom";

const HEIGHT_PX = 92;
/** Room above the bound, or the highest point. */
const HEADROOM = 1.35;
/** Half of a time's width beneath the chart. */
const LABEL_PX = 28;
/** A line of a second or two would look like a wall. */
const SHORTEST_S = 60;

export class Chart {
  readonly element = element("div", { class: "chart", role: "img" });
  readonly readout = element("p", { class: "quiet readout" });
  private plot: uPlot | undefined;
  private alarm: number | null = null;

  /** Draws what is known; the first call needs the element to be on the page. */
  show({ trace, now }: PersonRecord, alarm: number | null): void {
    this.alarm = alarm;
    const data: uPlot.AlignedData = [trace.at.map((at) => at / 1000), trace.evidence];
    // An empty chart would have a scale of its own invention.
    this.element.hidden = trace.at.length === 0;
    if (this.plot) this.plot.setData(data);
    else if (trace.at.length) this.plot = new uPlot(this.options(), data, this.element);
    const newest = trace.evidence.at(-1) ?? 0;
    const words = text(`label_${now.label}`);
    this.element.ariaLabel =
      alarm === null ? text("panel_chart_empty") : text("panel_chart", figure(newest), figure(alarm), words);
    if (!this.isPointedAt) this.readout.textContent = this.reading(trace.evidence.length - 1);
  }

  /** Follows the panel's width, and the colours of the theme. */
  resize(): void {
    const width = this.element.clientWidth;
    if (width > 0) this.plot?.setSize({ width, height: HEIGHT_PX });
  }

  close(): void {
    this.plot?.destroy();
  }

  private get isPointedAt(): boolean {
    return (this.plot?.cursor.left ?? -1) >= 0;
  }

  private reading(at: number): string {
    const [times, evidence] = this.plot?.data ?? [[], []];
    const time = times[at];
    const value = evidence?.[at];
    if (time === undefined || typeof value !== "number" || this.alarm === null) return text("panel_chart_empty");
    return text("panel_reading", clock(time * 1000), figure(value), figure(this.alarm));
  }

  private options(): uPlot.Options {
    const colour = (name: string) => () => getComputedStyle(document.documentElement).getPropertyValue(name);
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const line = colour("--line-drawn");
    return {
      width: Math.max(120, this.element.clientWidth),
      height: HEIGHT_PX,
      padding: [6, 4, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      legend: { show: false },
      scales: {
        x: { time: true, range: (_, least, most) => [Math.min(least, most - SHORTEST_S), most] },
        y: { range: (_, __, most) => [0, HEADROOM * Math.max(this.alarm ?? 1, most ?? 0)] },
      },
      axes: [
        {
          stroke: colour("--quiet-drawn"),
          font,
          size: 20,
          gap: 2,
          space: 70,
          grid: { show: false },
          ticks: { show: false },
          // A time that would be cut off at the edge is left out.
          values: (plot, times) =>
            times.map((time) => {
              const x = plot.valToPos(time, "x");
              return x < LABEL_PX || x > plot.width - LABEL_PX ? "" : clock(time * 1000);
            }),
        },
        { show: false },
      ],
      series: [
        {},
        {
          stroke: colour("--accent-drawn"),
          fill: colour("--accent-soft-drawn"),
          width: 1.75,
          points: { show: (plot) => plot.data[0].length < 2, size: 5 },
        },
      ],
      hooks: {
        drawClear: [
          (plot) => {
            this.level(plot, 0, line(), []);
          },
        ],
        draw: [
          (plot) => {
            if (this.alarm === null) return;
            const red = colour("--likely_fake-drawn")();
            this.level(plot, this.alarm, red, [5, 4]);
            this.name(plot, this.alarm, red, font);
          },
        ],
        setCursor: [
          (plot) => {
            this.readout.textContent = this.reading(plot.cursor.idx ?? plot.data[0].length - 1);
          },
        ],
      },
    };
  }

  /** What the line of the bound is, above its beginning, where there is seldom much evidence. */
  private name({ ctx, bbox, valToPos }: uPlot, value: number, colour: string, font: string): void {
    ctx.save();
    ctx.scale(devicePixelRatio, devicePixelRatio);
    ctx.font = font;
    ctx.fillStyle = colour;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    const [x, y] = [bbox.left, valToPos(value, "y", true)].map((at) => at / devicePixelRatio);
    ctx.fillText(text("panel_alarm"), x ?? 0, (y ?? 0) - 5);
    ctx.restore();
  }

  private level({ ctx, bbox, valToPos }: uPlot, value: number, colour: string, dashes: number[]): void {
    const y = Math.round(valToPos(value, "y", true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(dashes.map((dash) => dash * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

/** @param at epoch ms */
export function clock(at: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

const figure = (value: number) =>
  new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value);
