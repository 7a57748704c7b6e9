// What was spoken once: the request, its samples, and when each word is heard.
import { post } from "/assets/api.js";

export const RATE = 24000; // samples per second
const PEAK = RATE / 100; // samples that one peak of the waveform stands for

export class Take {
  /** @param {{text: string, voice: string, speed: number, seed: number}} asked */
  constructor(asked) {
    this.asked = asked;
    this.bytes = new Uint8Array(RATE * 4); // grows; the first `length` count
    this.length = 0;
    this.peaks = []; // the loudest sample of each hundredth of a second, 0 to 1
    this.firstAudio = null; // seconds from the request to the first audio
    this.took = null; // seconds from the request to its last byte
    this.words = null; // [{text, begin, end}, ...] in seconds, white space between them as words without times
    this.begun = performance.now();
  }

  /** The request's body. */
  body(format) {
    const { text, voice, speed, seed } = this.asked;
    return { model: "tts-1", input: text, voice, speed, seed, response_format: format };
  }

  /** @param {Uint8Array} bytes the next ones */
  push(bytes) {
    this.firstAudio ??= this.elapsed();
    if (this.length + bytes.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.length + bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    this.measurePeaks();
  }

  /** Forgets the audio. */
  restart() {
    this.length = 0;
    this.peaks = [];
  }

  finish() {
    this.took = this.elapsed();
  }

  elapsed() {
    return (performance.now() - this.begun) / 1000;
  }

  measurePeaks() {
    const samples = this.samples;
    for (let begin = this.peaks.length * PEAK; begin + PEAK <= samples.length; begin += PEAK) {
      let peak = 0;
      for (let i = begin; i < begin + PEAK; i += 1) peak = Math.max(peak, Math.abs(samples[i]));
      this.peaks.push(peak / 32768);
    }
  }

  /** All that has come, 16 bits each. */
  get samples() {
    return new Int16Array(this.bytes.buffer, 0, Math.floor(this.length / 2));
  }

  /** Seconds of audio. */
  get duration() {
    return Math.floor(this.length / 2) / RATE;
  }

  /** Seconds of audio in a second, from the request to the last byte; null until then. */
  get timesRealTime() {
    return this.took === null ? null : this.duration / this.took;
  }

  /** Asks when each word is heard. The server speaks the text again for it: the same request is the same audio. */
  async askForWords(signal) {
    const { text, voice, speed, seed } = this.asked;
    const path = `/v1/text-to-speech/${encodeURIComponent(voice)}/with-timestamps?output_format=ulaw_8000`;
    const answer = await (await post(path, { text, seed, voice_settings: { speed } }, { signal })).json();
    this.words = wordsOf(answer.alignment);
  }
}

/** Joins characters with times to words; those between words have none. */
export function wordsOf(alignment) {
  const words = [];
  alignment.characters.forEach((character, i) => {
    const spoken = character.trim() !== "";
    const begin = alignment.character_start_times_seconds[i];
    const end = alignment.character_end_times_seconds[i];
    const last = words.at(-1);
    if (last !== undefined && (last.begin !== undefined) === spoken) {
      last.text += character;
      if (spoken) last.end = end;
    } else {
      words.push(spoken ? { text: character, begin, end } : { text: character });
    }
  });
  return words;
}
