// Has takes spoken, and lets them be heard while they come.
import { PcmPlayer } from "/assets/pcm_player.js";
import { resumableSpeech } from "/assets/resumable.js";
import { beginSound, endSound } from "/assets/sound.js";
import { RATE } from "/assets/take.js";

/**
 * Has a take spoken. `came()` is called after each piece, `retrying(error, seconds)` where its connection was lost or it
 * was refused; `player` plays it while it comes, or is null. Throws where it cannot be spoken to its end.
 */
async function record(take, { player, signal, came, retrying }) {
  for await (const bytes of resumableSpeech(take.body("pcm"), { signal, retrying })) {
    if (bytes === null) {
      take.restart();
      player?.restart();
    } else {
      take.push(bytes);
      player?.push(bytes);
    }
    came();
  }
  take.finish();
}

/** Has a take spoken without letting it be heard. */
export async function recordOnly(view, steps) {
  await record(view.take, { ...steps, player: null, came: () => view.progress(null) });
  view.complete();
  await steps.recorded(view);
}

/** Has a take spoken and lets it be heard; `steps.recorded(view)` runs while it is still heard. */
export async function perform(view, steps) {
  const { take } = view;
  const player = new PcmPlayer(RATE);
  const stop = () => player.stop();
  beginSound(stop);
  view.follow(() => player.played);
  try {
    const came = () => {
      view.progress(player);
      steps.came();
    };
    await record(take, { ...steps, player, came });
    view.complete();
    const recorded = steps.recorded(view);
    await player.drained();
    view.position = take.duration;
    await recorded;
  } finally {
    player.stop();
    view.progress(player);
    view.rest();
    endSound(stop);
    await player.close();
  }
}
