import { colour, contextOf } from "/assets/colours.js";

const STEP = 3; // pixels from bar to bar
const BAR = 2; // pixels

/** Draws the loudness of a take; what lies before `position` (seconds) counts as heard. */
export function drawWaveform(canvas, take, position) {
  const context = contextOf(canvas);
  const { clientWidth: width, clientHeight: height } = canvas;
  const bars = Math.floor(width / STEP);
  const heard = take.duration > 0 ? (position / take.duration) * bars : 0;
  const [played, toCome] = [colour("--accent"), colour("--faint")];
  for (let bar = 0; bar < bars; bar += 1) {
    const begin = Math.floor((bar * take.peaks.length) / bars);
    const end = Math.max(begin + 1, Math.floor(((bar + 1) * take.peaks.length) / bars));
    let peak = 0;
    for (let i = begin; i < end && i < take.peaks.length; i += 1) peak = Math.max(peak, take.peaks[i]);
    const tall = Math.max(2, Math.sqrt(peak) * (height - 4));
    context.fillStyle = bar < heard ? played : toCome;
    context.beginPath();
    context.roundRect(bar * STEP, (height - tall) / 2, BAR, tall, 1);
    context.fill();
  }
}
