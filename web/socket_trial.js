// Tries a WebSocket of /openapi.json: sends messages, shows what comes back, and plays its audio.
import { make } from "/assets/elements.js";
import { PcmPlayer } from "/assets/pcm_player.js";

const MOST_SHOWN = 200; // messages
const PLAYABLE = { mp3: "audio/mpeg", opus: "audio/ogg", wav: "audio/wav" };

/** The messages in a text, one a line. Throws where a line is no JSON. */
export function messagesIn(text, key) {
  const messages = text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
  if (key && messages.length > 0) messages[0].xi_api_key = key; // a page can set no header
  return messages;
}

/** One connection, from its opening to its end. */
export class SocketTrial {
  /** @param {URL} url of HTTP, with its query; @param {object[]} messages; @param {Element} into */
  constructor(url, messages, into) {
    const [codec, rate] = (url.searchParams.get("output_format") ?? "mp3").split("_");
    this.type = PLAYABLE[codec];
    this.player = codec === "pcm" ? new PcmPlayer(Number(rate)) : null;
    this.pieces = []; // of audio that is played when it is whole
    this.bytes = 0;
    this.asked = null;
    this.firstAudio = null; // milliseconds from the first message to the first audio
    this.status = make("p", { textContent: "Opening …" });
    this.log = make("pre");
    this.into = into;
    into.replaceChildren(this.status, this.log);
    const address = new URL(url);
    address.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(address.href);
    this.socket.addEventListener("open", () => this.send(messages));
    this.socket.addEventListener("message", ({ data }) => this.receive(JSON.parse(data)));
    this.socket.addEventListener("close", ({ code, reason }) => this.end(`Closed: ${code} ${reason}`.trim()));
  }

  send(messages) {
    this.asked = performance.now();
    for (const message of messages) this.socket.send(JSON.stringify(message));
    this.status.textContent = "Waiting for the first audio …";
  }

  receive(message) {
    const audio = Uint8Array.from(atob(message.audio ?? ""), (character) => character.charCodeAt(0));
    if (audio.length > 0) this.hear(audio);
    if (this.log.childNodes.length >= MOST_SHOWN) this.log.firstChild.remove();
    this.log.append(`${JSON.stringify(audio.length > 0 ? { ...message, audio: `${audio.length} bytes` } : message)}\n`);
  }

  hear(audio) {
    this.firstAudio ??= performance.now() - this.asked;
    this.bytes += audio.length;
    if (this.player) {
      this.player.push(audio);
    } else if (this.type) {
      this.pieces.push(audio);
    }
    this.status.textContent = this.told();
  }

  told() {
    if (this.firstAudio === null) return "No audio.";
    const length = this.player ? `, ${this.player.received.toFixed(2)} s` : "";
    return `First audio after ${Math.round(this.firstAudio)} ms; ${this.bytes} bytes${length}.`;
  }

  async end(how) {
    this.status.textContent = `${this.told()} ${how}`;
    if (this.pieces.length > 0) {
      const whole = URL.createObjectURL(new Blob(this.pieces, { type: this.type }));
      this.into.append(make("audio", { controls: true, src: whole }));
    }
    await this.player?.drained();
    await this.player?.close();
    this.player = null;
  }

  stop() {
    this.player?.stop();
    this.socket.close();
  }
}
