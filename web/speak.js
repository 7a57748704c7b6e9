// The form of the page: speaks the typed text with the voices that are chosen.
import { ask } from "/assets/api.js";
import { perform, recordOnly } from "/assets/performance.js";
import { hearSample } from "/assets/sample.js";
import { silence } from "/assets/sound.js";
import { Take } from "/assets/take.js";
import { TakeView } from "/assets/take_view.js";
import { VoiceCards } from "/assets/voices.js";

const MOST_SHOWN = 12; // takes
const element = (id) => document.getElementById(id);

/** The views of the takes that are shown, the newest first. */
export const shown = [];

let abort = null; // of what is being spoken

function say(message, isError = false) {
  // A screen reader would say what is set again, again.
  if (element("status").textContent !== message) element("status").textContent = message;
  element("status").classList.toggle("error", isError);
}

/** When each word is heard is asked for when the audio is there; without the answer, the text just stays as it is. */
async function lightWords(view, signal) {
  cards.measured(view.take.asked.voice, view.take);
  if (!element("light").checked || view.take.length === 0) return;
  try {
    await view.take.askForWords(signal);
    view.showWords();
  } catch (error) {
    if (!signal.aborted) view.tell(`When each word is heard is not known: ${error.message}`);
  }
}

function steps(view, signal) {
  const retrying = (error, seconds) => {
    const again = `trying again in ${seconds.toFixed(1)} s …`;
    say(error.status ? `${error.message} The page is ${again}` : `The connection was lost after ${view.take.duration.toFixed(2)} s of audio; ${again}`);
  };
  return { signal, retrying, came: () => say("Speaking …"), recorded: (one) => lightWords(one, signal) };
}

function showTakes(views) {
  element("takes").prepend(...views.map(({ element: article }) => article));
  shown.unshift(...views);
  for (const { element: article } of shown.splice(MOST_SHOWN)) article.remove();
  element("nothing").hidden = true;
  for (const view of views) view.draw();
}

/** All are rendered at once, and heard in turn. */
async function speakWith(voices, signal) {
  const asked = { text: element("text").value, speed: Number(element("speed").value), seed: Number(element("seed").value) };
  const views = voices.map((voice) => new TakeView(new Take({ ...asked, voice }), say));
  showTakes(views);
  const [first, ...others] = views;
  const recordings = others.map((view) => recordOnly(view, steps(view, signal)));
  await Promise.all([perform(first, steps(first, signal)), ...recordings]);
  for (const view of others) {
    if (!signal.aborted) await view.listen();
  }
}

async function speak() {
  const mine = new AbortController();
  abort = mine;
  element("speak").disabled = true;
  element("stop").disabled = false;
  try {
    say("Waiting for the first audio …");
    await speakWith(cards.chosen, mine.signal);
    say(mine.signal.aborted ? "Stopped." : "Done.");
  } catch (error) {
    if (mine.signal.aborted) say("Stopped.");
    else say(error.message, true);
  } finally {
    mine.abort(); // where one failed, the others end, too
    abort = null;
    element("speak").disabled = false;
    element("stop").disabled = true;
  }
}

function stop() {
  abort?.abort();
  silence();
}

let sampled = null; // the button of the sample that is heard

async function sample(voice, button) {
  const again = sampled === button;
  silence();
  if (again) return;
  sampled = button;
  button.textContent = "■";
  try {
    const speed = await hearSample(voice.id);
    if (speed !== null) cards.measured(voice.id, speed);
  } catch (error) {
    say(error.message, true);
  } finally {
    button.textContent = "▶";
    if (sampled === button) sampled = null;
  }
}

const cards = new VoiceCards(
  { cards: element("cards"), filter: element("filter"), several: element("several") }, sample);

async function listVoices() {
  element("speak").disabled = true;
  const { voices } = await (await ask("/v1/audio/voices")).json();
  cards.show(voices, cards.chosen);
  element("speak").disabled = voices.length === 0;
  say(voices.length === 0 ? "This server has no voice." : "Ready.");
}

function start() {
  listVoices().catch((error) => {
    say(error.message, true);
    // A server that is away, or starts, is asked again; one that wants a key is asked when there is one.
    if (error.status !== 401 && error.status !== 403) setTimeout(start, 3000);
  });
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (cards.chosen.length === 0) say("Choose a voice first.", true);
  else if (abort === null) speak();
});
element("stop").addEventListener("click", stop);
element("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) element("form").requestSubmit();
});
element("key").value = sessionStorage.getItem("key") ?? "";
element("key").addEventListener("change", () => {
  sessionStorage.setItem("key", element("key").value.trim());
  start();
});
start();
