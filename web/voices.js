// The voices as cards, of which one or several are chosen.
import { make } from "/assets/elements.js";

const MANY = 8; // cards from which on there is a filter
export const MOST_CHOSEN = 4; // browsers open six connections to a server

function languageName(tag) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

export class VoiceCards {
  /** `parts`: the elements `cards`, `filter` and `several`; `sample(voice, button)` lets a voice be heard. */
  constructor(parts, sample) {
    this.parts = parts;
    this.sample = sample;
    this.voices = [];
    this.figures = new Map();
    parts.several.addEventListener("change", () => this.show(this.voices, this.chosen));
    parts.filter.addEventListener("input", () => this.sift());
  }

  /** @param {{id: string, name: string, language: string}[]} voices; `chosen`: ids that are chosen at first */
  show(voices, chosen = []) {
    this.voices = voices;
    const kept = voices.map(({ id }) => id).filter((id) => chosen.includes(id));
    const first = kept.length > 0 ? kept : voices.slice(0, 1).map(({ id }) => id);
    const several = this.parts.several.checked;
    this.parts.cards.replaceChildren(...voices.map((voice) => this.card(voice, several ? first.includes(voice.id) : voice.id === first[0])));
    this.parts.filter.closest("label").hidden = voices.length <= MANY;
    this.parts.several.closest("label").hidden = voices.length < 2;
    this.limit();
    this.sift();
  }

  card(voice, checked) {
    const input = make("input", { type: this.parts.several.checked ? "checkbox" : "radio", name: "voice", value: voice.id, checked });
    input.addEventListener("change", () => this.limit());
    const figure = make("span", { className: "figure", textContent: this.figures.get(voice.id)?.textContent ?? "" });
    this.figures.set(voice.id, figure);
    const button = make("button", { type: "button", className: "quiet sample", textContent: "▶", title: "Sample", ariaLabel: `Sample of ${voice.name}` });
    button.addEventListener("click", () => this.sample(voice, button));
    const about = [languageName(voice.language), voice.engine].filter(Boolean).join(" · ");
    const label = make("label", {}, input, make("span", {}, make("strong", { textContent: voice.name ?? voice.id }),
      make("small", { textContent: about }), figure));
    const card = make("div", { className: "card" }, label, button);
    card.dataset.words = `${voice.id} ${about}`.toLowerCase();
    return card;
  }

  inputs() {
    return [...this.parts.cards.querySelectorAll("input")];
  }

  /** The ids that are chosen. */
  get chosen() {
    return this.inputs().filter((input) => input.checked).map((input) => input.value);
  }

  limit() {
    const full = this.parts.several.checked && this.chosen.length >= MOST_CHOSEN;
    for (const input of this.inputs()) input.disabled = full && !input.checked;
  }

  sift() {
    const wanted = this.parts.filter.value.trim().toLowerCase();
    for (const card of this.parts.cards.children) card.hidden = !card.dataset.words.includes(wanted);
  }

  /** Shows how fast a voice was on this server: seconds to the first audio, and seconds of audio in a second or null. */
  measured(id, { firstAudio, timesRealTime }) {
    const figure = this.figures.get(id);
    if (!figure || firstAudio === null) return;
    const pace = timesRealTime === null ? "" : `, ${timesRealTime.toFixed(0)} × real time`;
    figure.textContent = `first audio ${Math.round(firstAudio * 1000)} ms${pace}`;
  }
}
