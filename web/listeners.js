// The audio that each listener has and has not played yet, as bars that rise and fall.
import { streamColour } from "/assets/colours.js";
import { make } from "/assets/elements.js";

const TOPS = [2, 5, 10, 20, 40]; // seconds that the tallest bar may stand for
const DRY = 0.05; // seconds of audio below which a listener that has begun counts as dry
const NARROWEST = 26; // pixels that a bar with its number takes

const stateOf = ({ state, buffer_s: buffer, delivered_s: delivered }) =>
  state === "started" && delivered > 0 && buffer < DRY ? "dry" : state;

const WORDS = { waiting: "waits for its first audio", started: "is being rendered", ending: "is rendered to its end", dry: "is dry" };

export class ListenerBars {
  /** `parts`: the elements `bars` (a list), `scale` and `note` */
  constructor(parts) {
    this.parts = parts;
    this.bars = new Map();
  }

  /** @param {object[]} streams of a snapshot; `total`: how many there are, of which it has at most 200 */
  show(streams, total) {
    const tallest = Math.max(0, ...streams.map((stream) => stream.buffer_s));
    const top = TOPS.find((one) => one >= tallest) ?? TOPS.at(-1);
    const there = new Set(streams.map(({ id }) => id));
    for (const [id, bar] of this.bars) {
      if (there.has(id)) continue;
      bar.element.remove();
      this.bars.delete(id);
    }
    for (const stream of streams) this.bar(stream).update(stream, top);
    this.parts.bars.classList.toggle("many", streams.length * NARROWEST > this.parts.bars.clientWidth);
    this.parts.scale.textContent = `${top} s`;
    this.parts.note.textContent = streams.length === 0 ? "Nobody listens at the moment." : total > streams.length ? `${streams.length} of ${total} listeners are shown.` : "";
  }

  bar(stream) {
    let bar = this.bars.get(stream.id);
    if (bar === undefined) {
      bar = new Bar(stream);
      this.bars.set(stream.id, bar);
      this.parts.bars.append(bar.element);
    }
    return bar;
  }

  /** How many of them have nothing to play. */
  static dry(streams) {
    return streams.filter((stream) => stateOf(stream) === "dry").length;
  }
}

class Bar {
  constructor({ id }) {
    this.fill = make("div", { className: "fill" });
    this.number = make("span", { className: "number", ariaHidden: "true" });
    this.words = make("span", { className: "unseen" });
    this.element = make("li", {}, make("div", { className: "tube" }, this.fill), this.number, this.words);
    this.element.style.setProperty("--stream", `var(${streamColour(id)})`);
  }

  update(stream, top) {
    const state = stateOf(stream);
    const seconds = stream.buffer_s.toFixed(1);
    this.fill.style.transform = `scaleY(${Math.min(1, stream.buffer_s / top)})`;
    this.element.dataset.state = state;
    this.number.textContent = state === "waiting" ? "…" : seconds;
    this.words.textContent = `Listener ${stream.user}, ${stream.voice}: ${seconds} s, ${WORDS[state]}`;
    this.element.title = `${this.words.textContent}\n${stream.rendered_s.toFixed(1)} s rendered, ${stream.delivered_s.toFixed(1)} s delivered in ${stream.age_s.toFixed(1)} s`;
  }
}
