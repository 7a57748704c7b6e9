// Plays a take that is whole, from any place.
import { RATE } from "/assets/take.js";

export class Replay {
  /** @param {Int16Array} samples; @param {number} from seconds; `ended(position)` is called at the end, and when it is stopped */
  constructor(samples, from, ended) {
    this.from = from;
    this.stopped = false;
    this.context = new AudioContext({ sampleRate: RATE });
    const buffer = this.context.createBuffer(1, Math.max(1, samples.length), RATE);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    this.source = this.context.createBufferSource();
    this.source.buffer = buffer;
    this.source.connect(this.context.destination);
    this.source.onended = () => {
      this.context.close();
      ended(this.stopped ? this.position : buffer.duration);
    };
    this.began = this.context.currentTime;
    this.source.start(0, from);
  }

  /** Where it is, in seconds. */
  get position() {
    return this.from + this.context.currentTime - this.began;
  }

  stop() {
    this.stopped = true;
    this.source.stop();
  }
}
