// Which worker computed for which listener, and when.
import { colour, contextOf, streamColour } from "/assets/colours.js";

const SPAN = 12; // seconds that are shown, and kept
const NARROW_SPAN = 6; // seconds that are shown where there is little room, so that single grains can be told apart
const NARROW = 480; // pixels
const DELAY = 0.4; // seconds; what is newer may still be on its way
const PICTURE = 50; // milliseconds from one picture to the next, since the server may be the same machine
const ROW = 26; // pixels
const AXIS = 20; // pixels
const LABEL = 44; // pixels
const MOST = 20_000; // grains that are kept
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Timeline {
  /** `parts`: the elements `canvas`, `tip` and `words` */
  constructor(parts) {
    this.parts = parts;
    this.grains = [];
    this.workers = [];
    this.ahead = null; // seconds by which the server's clock is ahead of the page's
    this.frame = null;
    this.seen = false;
    parts.canvas.addEventListener("pointermove", (event) => this.point(event));
    parts.canvas.addEventListener("pointerleave", () => { parts.tip.hidden = true; });
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.animate();
    }).observe(parts.canvas);
  }

  /** @param {object} snapshot of /v1/streams/events */
  add(snapshot) {
    const ahead = snapshot.time_s - performance.now() / 1000;
    // The quickest snapshot on its way tells most; a server that was started again has another clock.
    if (this.ahead === null || Math.abs(ahead - this.ahead) > 2) this.grains = [];
    this.ahead = this.ahead === null || Math.abs(ahead - this.ahead) > 2 ? ahead : Math.max(ahead, this.ahead - 0.002);
    this.grains.push(...snapshot.grains);
    const first = this.grains.findIndex(({ begin_s: begin }) => begin > snapshot.time_s - SPAN - 2);
    this.grains.splice(0, Math.max(first === -1 ? this.grains.length : first, this.grains.length - MOST));
    this.show(this.grains.map(({ worker }) => worker));
    if (STILL.matches) this.draw();
  }

  /** Gives each of these workers a row. */
  show(ids) {
    const added = [...new Set(ids)].filter((id) => !this.workers.includes(id));
    if (added.length === 0 && this.parts.canvas.style.height !== "") return;
    this.workers = [...this.workers, ...added].sort((a, b) => a - b);
    this.parts.canvas.style.height = `${Math.max(1, this.workers.length) * ROW + AXIS}px`;
  }

  /** Only these workers are there. */
  keep(ids) {
    const active = new Set(this.grains.map(({ worker }) => worker));
    if (this.workers.some((id) => !ids.includes(id) && !active.has(id))) {
      this.workers = this.workers.filter((id) => ids.includes(id) || active.has(id));
      this.parts.canvas.style.height = "";
    }
    this.show(ids);
  }

  animate() {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    if (!this.seen || STILL.matches) return;
    let drawn = 0;
    const step = (time) => {
      if (time - drawn >= PICTURE) {
        this.draw();
        drawn = time;
      }
      this.frame = requestAnimationFrame(step);
    };
    step(performance.now());
  }

  now() {
    return performance.now() / 1000 + (this.ahead ?? 0) - DELAY;
  }

  /** Seconds that are shown. */
  get span() {
    return this.parts.canvas.clientWidth < NARROW ? NARROW_SPAN : SPAN;
  }

  place(time) {
    const width = this.parts.canvas.clientWidth - LABEL;
    return LABEL + width * (1 + (time - this.now()) / this.span);
  }

  draw() {
    const { canvas } = this.parts;
    const context = contextOf(canvas);
    context.font = "11px system-ui, sans-serif";
    this.drawGrid(context);
    context.save();
    context.beginPath();
    context.rect(LABEL, 0, canvas.clientWidth - LABEL, canvas.clientHeight);
    context.clip();
    const colours = new Map();
    for (const grain of this.grains) {
      const name = grain.kind === "plan" ? "--ink" : streamColour(grain.stream);
      if (!colours.has(name)) colours.set(name, colour(name));
      const left = this.place(grain.begin_s);
      const wide = Math.max(1.5, this.place(grain.begin_s + grain.duration_s) - left - 0.5);
      context.fillStyle = colours.get(name);
      context.fillRect(left, this.workers.indexOf(grain.worker) * ROW + 4, wide, ROW - 8);
    }
    context.restore();
  }

  drawGrid(context) {
    const { canvas } = this.parts;
    const bottom = this.workers.length * ROW;
    context.fillStyle = colour("--muted");
    context.strokeStyle = colour("--line");
    context.lineWidth = 1;
    this.workers.forEach((id, row) => {
      context.fillText(`#${id}`, 0, row * ROW + ROW / 2 + 4);
      context.strokeRect(LABEL + 0.5, row * ROW + 2.5, canvas.clientWidth - LABEL - 1, ROW - 5);
    });
    for (let back = 0; back < this.span; back += this.span / 3) {
      const x = LABEL + (canvas.clientWidth - LABEL) * (1 - back / this.span);
      const text = back === 0 ? "now" : `−${back} s`;
      context.textAlign = back === 0 ? "right" : "center";
      context.fillText(text, x, bottom + 14);
      context.textAlign = "left";
    }
  }

  /** Says what is under the pointer. */
  point({ offsetX, offsetY }) {
    const { tip, canvas } = this.parts;
    const worker = this.workers[Math.floor(offsetY / ROW)];
    const grain = this.grains.findLast((one) => one.worker === worker
      && this.place(one.begin_s) - 1 <= offsetX && offsetX <= this.place(one.begin_s + one.duration_s) + 1);
    tip.hidden = grain === undefined;
    if (grain === undefined) return;
    const took = `${(grain.duration_s * 1000).toFixed(0)} ms`;
    tip.textContent = grain.kind === "plan" ? `planned in ${took}` : `${grain.audio_s.toFixed(2)} s of audio in ${took}`;
    tip.style.left = `${Math.min(offsetX, canvas.clientWidth - 180)}px`;
    tip.style.top = `${offsetY + 14}px`;
  }

  /** The same in words. */
  tell() {
    const since = this.now() - this.span;
    const recent = this.grains.filter(({ begin_s: begin }) => begin >= since);
    const sum = (of) => recent.reduce((total, grain) => total + of(grain), 0).toFixed(1);
    const chunks = recent.filter(({ kind }) => kind === "chunk").length;
    this.parts.words.textContent = recent.length === 0 ? `Nothing was rendered in the last ${this.span} s.`
      : `In the last ${this.span} s: ${chunks} chunks and ${recent.length - chunks} plans, ${sum((grain) => grain.audio_s)} s of audio in ${sum((grain) => grain.duration_s)} s of work. A colour is a listener, as above; dark marks are plans.`;
  }
}
