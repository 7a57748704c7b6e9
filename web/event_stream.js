// Server-sent events by fetch: unlike EventSource it sends a key, and tells why the server refuses.
import { authorisation } from "/assets/api.js";

const SILENCE = 5; // seconds without an event after which the connection counts as lost
const FIRST_PAUSE = 1; // seconds; doubles with every try
const LONGEST_PAUSE = 8;
const LONGEST_EVENT = 4_000_000; // characters

/** Yields the data of each event of a body. */
async function* eventsOf(body) {
  const decoder = new TextDecoder();
  let text = "";
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true }).replaceAll("\r", "");
    const events = text.split("\n\n");
    text = events.pop();
    if (text.length > LONGEST_EVENT) throw new Error("The server sent an event without an end.");
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (data !== "") yield data;
    }
  }
}

/** One source of events, which is opened anew whenever it ends. */
export class EventStream {
  /**
   * `key()` returns the API key, or ""; `event(value)` takes what an event says; `state(name, about)` is told what has
   * become of the connection: "live"; "lost" or "full" (the server has as many watchers as it may), with the seconds
   * until the next try; "refused", with the status, until `open()` is called again.
   */
  constructor(path, { key, event, state }) {
    Object.assign(this, { path, key, event, state });
    this.abort = null;
  }

  open() {
    this.close();
    this.abort = new AbortController();
    this.run(this.abort.signal);
  }

  close() {
    this.abort?.abort();
    this.abort = null;
  }

  async run(signal) {
    for (let tries = 0; !signal.aborted; tries += 1) {
      const connection = new AbortController();
      const end = () => connection.abort();
      signal.addEventListener("abort", end);
      let become = "lost";
      let pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries);
      try {
        const response = await this.connect(connection);
        if ([401, 403, 404].includes(response.status)) return this.state("refused", response.status);
        if (response.ok) {
          await this.read(response, connection, () => { tries = -1; });
          pause = FIRST_PAUSE;
        } else {
          if (response.status === 503) become = "full";
          pause = Math.max(pause, Number(response.headers.get("retry-after")) || 0);
        }
      } catch { // the connection was lost
        if (tries < 0) pause = FIRST_PAUSE;
      } finally {
        connection.abort();
        signal.removeEventListener("abort", end);
      }
      if (signal.aborted) return undefined;
      this.state(become, pause);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, pause * 1000);
        signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
      });
    }
    return undefined;
  }

  async connect(connection) {
    const watch = setTimeout(() => connection.abort(), SILENCE * 1000);
    try {
      return await fetch(this.path, { headers: { Accept: "text/event-stream", ...authorisation(this.key()) }, cache: "no-store", signal: connection.signal });
    } finally {
      clearTimeout(watch);
    }
  }

  /** Reads until the end of the body, or until nothing has come for a while. */
  async read(response, connection, began) {
    const watch = () => setTimeout(() => connection.abort(), SILENCE * 1000);
    let timer = watch();
    try {
      for await (const data of eventsOf(response.body)) {
        clearTimeout(timer);
        timer = watch();
        began();
        this.state("live");
        this.event(JSON.parse(data));
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
