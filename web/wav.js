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
