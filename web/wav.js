/** A WAV file of 16-bit mono samples. */
export function wavFile(samples, rate) {
  const header = new DataView(new ArrayBuffer(44));
  const tag = (at, name) => [...name].forEach((letter, i) => header.setUint8(at + i, letter.charCodeAt(0)));
  tag(0, "RIFF");
  header.setUint32(4, 36 + samples.byteLength, true);
  tag(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true); // PCM
  header.setUint16(22, 1, true); // channels
  header.setUint32(24, rate, true);
  header.setUint32(28, 2 * rate, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  tag(36, "data");
  header.setUint32(40, samples.byteLength, true);
  return new Blob([header, samples], { type: "audio/wav" });
}

const LONGEST_HEAD = 65_536; // bytes

/** Takes a WAV file in pieces, and returns what of each is its samples. Its head is whole when its chunk "data" begins. */
export class PcmOfWav {
  constructor() {
    this.head = new Uint8Array(0); // null when the samples have begun
  }

  /** @param {Uint8Array} bytes the next ones */
  take(bytes) {
    if (this.head === null) return bytes;
    const head = new Uint8Array(this.head.length + bytes.length);
    head.set(this.head);
    head.set(bytes, this.head.length);
    const begin = PcmOfWav.beginOfSamples(head);
    if (begin === null && head.length > LONGEST_HEAD) throw new Error("The server sent no WAV file.");
    this.head = begin === null ? head : null;
    return begin === null ? new Uint8Array(0) : head.slice(begin);
  }

  /** null where the bytes do not reach that far. */
  static beginOfSamples(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 12; at + 8 <= bytes.length; at += 8 + view.getUint32(at + 4, true)) {
      if (view.getUint32(at) === 0x64617461) return at + 8; // "data"
    }
    return null;
  }
}
