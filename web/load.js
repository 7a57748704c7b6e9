// What is promised to listeners against what this server can keep, over time; by uPlot.
import { colour } from "/assets/colours.js";

const SPAN = 120; // seconds
const MOST = 600; // snapshots
const HEIGHT = 190; // pixels

const axis = (more) => ({ stroke: () => colour("--muted"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif", ...more });

export class LoadPlot {
  /** @param {HTMLElement} into */
  constructor(into) {
    this.into = into;
    this.times = [];
    this.load = []; // percent of the limit
    this.listeners = [];
    this.waiting = [];
    this.plot = new globalThis.uPlot(this.options(), this.data(), into);
    new ResizeObserver(() => this.plot.setSize({ width: into.clientWidth, height: HEIGHT })).observe(into);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.plot.redraw());
  }

  options() {
    const ago = (time) => { const seconds = Math.round((this.times.at(-1) ?? 0) - time); return seconds <= 0 ? "now" : `−${seconds} s`; };
    return {
      width: Math.max(200, this.into.clientWidth), height: HEIGHT,
      cursor: { y: false },
      scales: {
        x: { time: false, range: () => [(this.times.at(-1) ?? 0) - SPAN, this.times.at(-1) ?? 0] },
        percent: { range: (plot, least, most) => [0, Math.max(110, most ?? 0)] },
        count: { range: (plot, least, most) => [0, Math.max(4, 1.2 * (most ?? 0))] },
      },
      axes: [
        axis({ values: (plot, times) => times.map(ago), splits: () => [120, 90, 60, 30, 0].map((back) => (this.times.at(-1) ?? 0) - back), size: 28 }),
        axis({ scale: "percent", values: (plot, values) => values.map((value) => `${value} %`), size: 52 }),
        axis({ scale: "count", side: 1, grid: { show: false }, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100] }),
      ],
      series: [
        { label: "Time", value: (plot, time) => (time === null ? "–" : ago(time)) },
        { label: "Load", scale: "percent", stroke: () => colour("--accent"), fill: () => colour("--wash"), width: 2, value: (plot, value) => (value === null ? "–" : `${value.toFixed(0)} %`) },
        { label: "Limit", scale: "percent", stroke: () => colour("--danger"), width: 1.5, dash: [6, 4], points: { show: false }, value: () => "100 %" },
        { label: "Listeners", scale: "count", stroke: () => colour("--stream-1"), width: 1.5 },
        { label: "Waiting", scale: "count", stroke: () => colour("--warn"), width: 1.5 },
      ],
    };
  }

  data() {
    return [this.times, this.load, this.times.map(() => 100), this.listeners, this.waiting];
  }

  /** @param {number} time seconds; `load` of a snapshot of /v1/streams/events */
  add(time, { promised, limit, streams, waiting }) {
    const rows = [this.times, this.load, this.listeners, this.waiting];
    if (time <= this.times.at(-1)) for (const row of rows) row.length = 0; // the server was started again
    [time, limit > 0 ? (100 * promised) / limit : 0, streams, waiting].forEach((value, i) => rows[i].push(value));
    if (this.times.length > MOST) for (const row of rows) row.shift();
    this.plot.setData(this.data());
    if (this.plot.cursor.left < 0) this.plot.setLegend({ idx: this.times.length - 1 });
  }
}
