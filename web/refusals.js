// The requests that were refused, why, and when their clients may come back.
import { make } from "/assets/elements.js";

const MOST = 40; // lines

const REASONS = {
  capacity: "no room for another listener", user_limit: "the user has as many streams as it may have",
  account_limit: "the key has as many streams as it may have", queue_full: "too many wait already",
  no_workers: "no worker is ready", draining: "the server is ending", device_memory: "the device's memory is full",
};

export class Refusals {
  /** `parts`: the elements `list` and `none` */
  constructor(parts) {
    this.parts = parts;
    this.times = []; // of the last minute, by the page's clock
  }

  /** @param {object[]} refusals of a snapshot, at `now` seconds of the server's clock */
  add(refusals, now) {
    for (const { time_s: time, reason, retry_after_s: wait } of refusals) {
      const at = Date.now() - (now - time) * 1000;
      this.times.push(at);
      const again = wait > 0 ? `; room in ${Number(wait.toFixed(1))} s` : "";
      this.parts.list.prepend(make("li", {}, make("time", { textContent: new Date(at).toLocaleTimeString("en-GB") }),
        make("span", { textContent: `${REASONS[reason] ?? reason.replaceAll("_", " ")}${again}` })));
    }
    while (this.parts.list.childElementCount > MOST) this.parts.list.lastChild.remove();
    this.parts.none.hidden = this.parts.list.childElementCount > 0;
    this.times = this.times.filter((at) => at > Date.now() - 60_000);
  }

  /** How many there were in the last minute. */
  get lately() {
    return this.times.length;
  }
}
