// Speaks the typed text while it streams: PCM from /v1/audio/speech goes straight into scheduled audio buffers.
import { PcmPlayer } from "/assets/pcm_player.js";

const element = (id) => document.getElementById(id);
const seconds = (value) => `${value.toFixed(2)} s`;

let current = null;

/** A request as whoever's key is typed; without one, as anybody. */
async function ask(path, options = {}) {
  const key = element("key").value.trim();
  const headers = { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) };
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401 && !key) throw new Error("This server asks for an API key: type one into its field.");
  if (!response.ok) throw new Error((await response.json()).error.message);
  return response;
}

async function listVoices() {
  element("speak").disabled = true;
  const response = await ask("/v1/audio/voices");
  const { voices } = await response.json();
  element("voice").replaceChildren(...voices.map(({ id, name }) => new Option(name ?? id, id)));
  element("speak").disabled = false;
  say("Ready.");
}

function say(message, isError = false) {
  element("status").textContent = message;
  element("status").classList.toggle("error", isError);
}

function show(player) {
  element("first").textContent = player.firstAudio === null ? "–" : `${Math.round(player.firstAudio * 1000)} ms`;
  element("received").textContent = seconds(player.received);
  element("gaps").textContent = player.gaps === 0 ? "none" : `${player.gaps} (${seconds(player.stalled)})`;
  element("progress").value = player.received > 0 ? Math.min(1, player.played / player.received) : 0;
}

async function speak() {
  const player = new PcmPlayer(24000);
  const abort = new AbortController();
  current = { player, abort };
  element("speak").disabled = true;
  element("stop").disabled = false;
  const timer = setInterval(() => show(player), 100);
  try {
    say("Waiting for the first audio …");
    const response = await ask("/v1/audio/speech", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      signal: abort.signal,
      body: JSON.stringify({
        model: "tts-1",
        input: element("text").value,
        voice: element("voice").value,
        speed: Number(element("speed").value),
        seed: Number(element("seed").value),
        response_format: "pcm",
      }),
    });
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      player.push(value);
      say("Speaking …");
    }
    await player.drained();
    say("Done.");
  } catch (error) {
    if (abort.signal.aborted) say("Stopped.");
    else say(error.message, true);
  } finally {
    clearInterval(timer);
    show(player);
    await player.close();
    current = null;
    element("speak").disabled = false;
    element("stop").disabled = true;
  }
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  speak();
});
element("stop").addEventListener("click", () => {
  current?.abort.abort();
  current?.player.stop();
});
// It lasts as long as the tab, and is sent to this server only.
element("key").value = sessionStorage.getItem("key") ?? "";
element("key").addEventListener("change", () => {
  sessionStorage.setItem("key", element("key").value.trim());
  start();
});

function start() {
  listVoices().catch((error) => say(error.message, true));
}
start();
