// The audio of one request, whatever becomes of its connection: where that is lost, another one goes on at the next byte.
import { Refusal, ask, post } from "/assets/api.js";

const MOST_TRIES = 8; // in a row without a byte
const FIRST_PAUSE = 0.25; // seconds; doubles with every try
const LONGEST_PAUSE = 4;
const LONGEST_WAIT = 30; // seconds that the server may ask for

function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Resolves after so many seconds; rejects at once when `signal` is aborted. */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/** How long to wait before the next try, in seconds. Throws `error` where another one would be of no use. */
function pauseAfter(error, tries) {
  if (tries > MOST_TRIES) throw error;
  const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1));
  if (error instanceof TypeError) return backoff; // the connection was lost
  if (!(error instanceof Refusal) || !error.mayPass || error.retryAfter > LONGEST_WAIT) throw error;
  return Math.max(backoff, error.retryAfter);
}

/** Opens the next connection: a new request, or the rest of `stream` from byte `got` on. Returns null behind the end. */
async function connect(body, stream, got, name, signal) {
  if (stream === null && got > 0) throw new Error("The connection was lost, and this server does not say how to go on.");
  if (stream === null) return post("/v1/audio/speech", body, { headers: { "Idempotency-Key": name }, signal });
  try {
    return await ask(`/v1/audio/speech/${stream}`, { headers: { Range: `bytes=${got}-` }, signal });
  } catch (error) {
    if (error.status === 416) return null;
    if (error.status === 404) throw new Error("The connection was lost, and the server does not know the stream any more.");
    throw error;
  }
}

/**
 * Yields the bytes of the audio of `body` (POST /v1/audio/speech), each once and in order, as Uint8Arrays. Yields null
 * where all of them begin anew, since the voice has changed in between. `retrying(error, seconds)` is told of each pause
 * before another try.
 */
export async function* resumableSpeech(body, { signal, retrying }) {
  const name = randomName();
  let stream = null;
  let got = 0;
  for (let tries = 0; ; ) {
    try {
      const response = await connect(body, stream, got, name, signal);
      if (response === null) return;
      if (stream !== null && response.status === 200) {
        got = 0;
        yield null;
      }
      stream = response.headers.get("antiphon-stream") ?? stream;
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) return;
        tries = 0;
        got += value.length;
        yield value;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      tries += 1;
      const seconds = pauseAfter(error, tries);
      retrying(error, seconds);
      await pause(seconds, signal);
    }
  }
}
