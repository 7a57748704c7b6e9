// Shows a take: its waveform, its words as they are heard, and what can be done with it.
import { post } from "/assets/api.js";
import { make } from "/assets/elements.js";
import { Replay } from "/assets/replay.js";
import { snippets } from "/assets/snippets.js";
import { beginSound, endSound } from "/assets/sound.js";
import { RATE } from "/assets/take.js";
import { wavFile } from "/assets/wav.js";
import { drawWaveform } from "/assets/waveform.js";

const FORMATS = ["wav", "mp3", "opus", "aac", "flac", "pcm"];
const seconds = (value) => `${value.toFixed(2)} s`;

export class TakeView {
  /** @param {Take} take; `say(message, isError)` tells the user. */
  constructor(take, say) {
    this.take = take;
    this.say = say;
    this.position = 0; // seconds
    this.frame = null; // of the animation while it is heard
    this.build();
    this.draw();
  }

  build() {
    const { voice, text } = this.take.asked;
    this.canvas = make("canvas", { ariaHidden: "true" });
    this.seek = make("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, disabled: true, ariaLabel: `Position in the take of ${voice}` });
    this.words = make("p", { className: "words", textContent: text });
    this.note = make("p", { className: "note", hidden: true });
    this.play = make("button", { type: "button", textContent: "Replay", className: "replay", disabled: true });
    this.format = make("select", { ariaLabel: "Format" }, ...FORMATS.map((name) => new Option(name)));
    this.save = make("button", { type: "button", textContent: "Download", className: "quiet save", disabled: true });
    this.figures = Object.fromEntries(["first", "received", "gaps", "pace"].map((name) => [name, make("dd", { className: name, textContent: "–" })]));
    const figure = (title, name) => make("div", {}, make("dt", { textContent: title }), this.figures[name]);
    this.element = make("article", { className: "take", ariaLabel: `Spoken by ${voice}` },
      make("h3", { textContent: voice }),
      make("div", { className: "wave" }, this.canvas, this.seek),
      this.words, this.note,
      make("dl", { className: "figures" }, figure("First audio", "first"), figure("Received", "received"), figure("Gaps", "gaps"), figure("Speed", "pace")),
      make("div", { className: "row" }, this.play, this.format, this.save), snippets(this.take));
    this.play.addEventListener("click", () => this.toggle());
    this.save.addEventListener("click", () => this.download());
    this.seek.addEventListener("input", () => this.jump(Number(this.seek.value)));
  }

  /** What has come so far. `player` is the PcmPlayer that plays it while it comes, or null. */
  progress(player) {
    const { firstAudio, duration, timesRealTime } = this.take;
    this.figures.first.textContent = firstAudio === null ? "–" : `${Math.round(firstAudio * 1000)} ms`;
    this.figures.received.textContent = seconds(duration);
    if (player) this.figures.gaps.textContent = player.gaps === 0 ? "none" : `${player.gaps} (${seconds(player.stalled)})`;
    if (timesRealTime !== null) this.figures.pace.textContent = `${timesRealTime.toFixed(1)} × real time`;
    this.seek.max = Math.max(0.01, duration);
    if (this.frame === null) this.draw();
  }

  /** It is whole: it can be played again and kept. */
  complete() {
    this.progress(null);
    for (const control of [this.seek, this.play, this.save]) control.disabled = this.take.length === 0;
  }

  /** The times of the words are there. */
  showWords() {
    this.spans = [];
    this.words.replaceChildren(...this.take.words.map((word) => {
      if (word.begin === undefined) return word.text;
      const span = make("span", { textContent: word.text });
      this.spans.push({ span, ...word });
      return span;
    }));
    this.draw();
  }

  /** Says below the text what `message` is. */
  tell(message) {
    this.note.textContent = message;
    this.note.hidden = false;
  }

  /** Follows what is heard; `where()` returns the seconds. */
  follow(where) {
    const step = () => {
      this.position = where();
      this.draw();
      this.frame = requestAnimationFrame(step);
    };
    this.rest();
    this.element.classList.add("heard");
    step();
  }

  /** It is not heard any more. */
  rest() {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.element.classList.remove("heard");
    this.draw();
  }

  draw() {
    if (this.canvas.clientWidth > 0) drawWaveform(this.canvas, this.take, this.position);
    this.seek.value = this.position;
    this.seek.ariaValueText = `${seconds(this.position)} of ${seconds(this.take.duration)}`;
    for (const { span, begin, end } of this.spans ?? []) {
      span.classList.toggle("now", this.frame !== null && begin <= this.position && this.position < end);
      span.classList.toggle("said", end <= this.position);
    }
  }

  jump(position) {
    this.position = position;
    if (this.replay) this.listen();
    else this.draw();
  }

  toggle() {
    if (this.replay) return this.replay.stop();
    if (this.position >= this.take.duration - 0.05) this.position = 0;
    return this.listen();
  }

  /** Plays it from its position on; resolves at its end, or when something else is heard. */
  listen() {
    return new Promise((resolve) => {
      const stop = () => replay.stop();
      beginSound(stop);
      const replay = new Replay(this.take.samples, this.position, (position) => {
        endSound(stop);
        if (this.replay === replay) this.end(position);
        resolve();
      });
      this.replay = replay;
      this.play.textContent = "Pause";
      this.follow(() => Math.min(this.take.duration, replay.position));
    });
  }

  end(position) {
    this.replay = null;
    this.position = position;
    this.play.textContent = "Replay";
    this.rest();
  }

  /** Keeps it as a file. Samples are here; other formats are spoken again: the same request is the same audio. */
  async download() {
    const format = this.format.value;
    this.save.disabled = true;
    try {
      const blob = await this.fileOf(format);
      const link = make("a", { href: URL.createObjectURL(blob), download: `${this.take.asked.voice.replaceAll(/[^\w-]+/g, "_")}.${format}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.say(`Saved as ${link.download}.`);
    } catch (error) {
      this.say(error.message, true);
    } finally {
      this.save.disabled = false;
    }
  }

  async fileOf(format) {
    if (format === "pcm") return new Blob([this.take.samples]);
    if (format === "wav") return wavFile(this.take.samples, RATE);
    return (await post("/v1/audio/speech", this.take.body(format))).blob();
  }
}
