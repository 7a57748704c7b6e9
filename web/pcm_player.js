// Plays 16-bit little-endian mono PCM at once as it arrives, and counts what a listener would notice.
export class PcmPlayer {
  /** @param {number} rate samples per second */
  constructor(rate) {
    this.rate = rate;
    this.context = new AudioContext({ sampleRate: rate });
    this.asked = performance.now();
    this.firstAudio = null; // seconds from the request to the first audio
    this.received = 0; // seconds of audio
    this.gaps = 0; // how often playback ran dry
    this.stalled = 0; // seconds of silence those gaps took
    this.next = 0; // when the next buffer is to start, on the context's clock
    this.half = null; // an odd byte that waits for its other half
    this.sources = new Set();
    this.stopped = false; // nothing more is heard
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    if (this.half !== null) {
      const joined = new Uint8Array(bytes.length + 1);
      joined[0] = this.half;
      joined.set(bytes, 1);
      bytes = joined;
      this.half = null;
    }
    if (bytes.length % 2 === 1) {
      this.half = bytes[bytes.length - 1];
      bytes = bytes.subarray(0, bytes.length - 1);
    }
    if (bytes.length === 0 || this.stopped) return;
    this.schedule(bytes);
  }

  /** Forgets what it has not played, since all of it begins anew. */
  restart() {
    for (const source of this.sources) source.stop();
    this.sources.clear();
    this.half = null;
    this.received = 0;
    this.next = this.context.currentTime;
  }

  schedule(bytes) {
    const samples = bytes.length / 2;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const buffer = this.context.createBuffer(1, samples, this.rate);
    const channel = buffer.getChannelData(0);
    for (let i = 0; i < samples; i += 1) channel[i] = view.getInt16(2 * i, true) / 32768;

    const now = this.context.currentTime;
    if (this.firstAudio === null) {
      this.firstAudio = (performance.now() - this.asked) / 1000;
      this.next = now;
    } else if (this.next < now) {
      this.gaps += 1;
      this.stalled += now - this.next;
      this.next = now;
    }
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => this.sources.delete(source);
    source.start(this.next);
    this.sources.add(source);
    this.next += buffer.duration;
    this.received += buffer.duration;
  }

  /** Seconds of audio that have been heard. */
  get played() {
    return Math.max(0, this.received - Math.max(0, this.next - this.context.currentTime));
  }

  /** Resolves when everything that was pushed has been heard or stopped. */
  async drained() {
    while (this.sources.size > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  stop() {
    this.stopped = true;
    for (const source of this.sources) source.stop();
    this.sources.clear();
  }

  close() {
    return this.context.close();
  }
}
