// One thing is heard at a time: what begins ends what went on.
let stopCurrent = null;

/** `stop` ends what begins now. It is called when something else begins, and by `silence()`. */
export function beginSound(stop) {
  silence();
  stopCurrent = stop;
}

/** What `stop` ends is over by itself. */
export function endSound(stop) {
  if (stopCurrent === stop) stopCurrent = null;
}

export function silence() {
  const stop = stopCurrent;
  stopCurrent = null;
  stop?.();
}
