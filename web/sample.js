// Lets the sample of a voice be heard, while it comes.
import { ask } from "/assets/api.js";
import { PcmPlayer } from "/assets/pcm_player.js";
import { beginSound, endSound } from "/assets/sound.js";
import { PcmOfWav } from "/assets/wav.js";

/** Whether the browser had the audio already, so that it tells nothing of the server's speed. */
function wasKept(url) {
  const entry = performance.getEntriesByName(url).at(-1);
  return entry === undefined || entry.transferSize < entry.encodedBodySize;
}

async function play(response, player) {
  const wav = new PcmOfWav();
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    player.push(wav.take(value));
  }
}

/**
 * Resolves when the sample of `voice` was heard, or something else is heard. Returns how fast the server was, as
 * VoiceCards.measured() takes it, or null where nothing can be told of it.
 */
export async function hearSample(voice) {
  const path = `/v1/voices/${encodeURIComponent(voice)}/sample`;
  const abort = new AbortController();
  const begun = performance.now();
  let player = null;
  const stop = () => {
    abort.abort();
    player?.stop();
  };
  beginSound(stop);
  try {
    const response = await ask(path, { signal: abort.signal });
    player = new PcmPlayer(24_000);
    await play(response, player);
    const took = (performance.now() - begun) / 1000;
    const { firstAudio, received } = player;
    await player.drained();
    if (firstAudio === null || wasKept(new URL(path, location.href).href)) return null;
    return { firstAudio: firstAudio + (player.asked - begun) / 1000, timesRealTime: received / took };
  } catch (error) {
    if (abort.signal.aborted) return null;
    throw error;
  } finally {
    endSound(stop);
    await player?.close();
  }
}
