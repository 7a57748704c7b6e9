// The live view: what the server does for its listeners at this moment, from two streams of events.
import { typedKey } from "/assets/api.js";
import { CellTable } from "/assets/cells.js";
import { EventStream } from "/assets/event_stream.js";
import { ListenerBars } from "/assets/listeners.js";
import { LoadPlot } from "/assets/load.js";
import { Refusals } from "/assets/refusals.js";
import { Timeline } from "/assets/timeline.js";
import { WorkerTable } from "/assets/workers.js";

const element = (id) => document.getElementById(id);

const LEVELS = ["none", "no prefetch", "cheaper voices", "refusing", "shedding"];

const adminKey = () => sessionStorage.getItem("admin-key") || typedKey();

const bars = new ListenerBars({ bars: element("bars"), scale: element("bars-scale"), note: element("bars-note") });
const timeline = new Timeline({ canvas: element("timeline"), tip: element("timeline-tip"), words: element("timeline-words") });
const plot = new LoadPlot(element("load"));
const table = new WorkerTable(element("workers"));
const cellTable = new CellTable({ panel: element("cells"), table: element("cell-table") });
const refusals = new Refusals({ list: element("refusals"), none: element("no-refusals") });

let told = 0; // when words were last told, in milliseconds

function setTile(id, text, level = "") {
  if (element(id).textContent !== text) element(id).textContent = text;
  element(id).parentElement.dataset.level = level;
}

function showTiles({ streams, streams_total: total, load }) {
  const share = load.limit > 0 ? (100 * load.promised) / load.limit : 0;
  const dry = ListenerBars.dry(streams);
  setTile("tile-listeners", String(total));
  setTile("tile-waiting", String(load.waiting), load.waiting > 0 ? "warn" : "");
  setTile("tile-load", `${share.toFixed(0)} %`, share > 95 ? "warn" : "");
  setTile("tile-dry", String(dry), dry > 0 ? "danger" : "");
  setTile("tile-refused", String(refusals.lately), refusals.lately > 0 ? "warn" : "");
  setTile("tile-degradation", LEVELS[load.degradation] ?? String(load.degradation), load.degradation > 0 ? "warn" : "");
}

function showStreams(snapshot) {
  bars.show(snapshot.streams, snapshot.streams_total);
  timeline.add(snapshot);
  plot.add(snapshot.time_s, snapshot.load);
  refusals.add(snapshot.refusals, snapshot.time_s);
  showTiles(snapshot);
  if (performance.now() - told < 1000) return;
  told = performance.now();
  timeline.tell();
}

function showWorkers({ workers, cells }) {
  table.show(workers);
  cellTable.show(cells);
  timeline.keep(workers.map(({ id }) => id));
}

const MESSAGES = {
  live: () => "Live, four times a second.",
  lost: (seconds) => `The connection to the server was lost; the view tries again in ${seconds.toFixed(0)} s.`,
  full: (seconds) => `As many watch as may at once; the view tries again in ${seconds.toFixed(0)} s.`,
  paused: () => "Paused while this page is hidden.",
};
const REFUSED = {
  404: "This server has no live view.",
  401: "The live view is for administrators: type the key of one that was made with “antiphon keys add NAME --admin”.",
  403: "The live view is for administrators: type a key that was made with “antiphon keys add NAME --admin”; where the server has no keys, open this page on its own machine.",
};

const states = { streams: "", workers: "" }; // of both connections

function showState() {
  const { streams, workers } = states;
  const text = streams === MESSAGES.live() ? workers : streams;
  if (element("live-status").textContent !== text) element("live-status").textContent = text;
}

function follow(name, path, event) {
  const state = (kind, about) => {
    states[name] = kind === "refused" ? REFUSED[about] : MESSAGES[kind](about);
    element("live").dataset.state = kind;
    element("ask-admin").hidden = kind !== "refused" || about === 404;
    showState();
  };
  return new EventStream(path, { key: adminKey, event, state });
}

const sources = [
  follow("streams", "/v1/streams/events", showStreams),
  follow("workers", "/v1/workers/events", showWorkers),
];

/** Browsers open six connections to a server, so pages that nobody sees hold none. */
function openOrClose() {
  for (const source of sources) {
    if (document.hidden) source.close();
    else source.open();
  }
  if (document.hidden) Object.assign(states, { streams: MESSAGES.paused(), workers: MESSAGES.paused() });
  showState();
}

element("ask-admin").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("admin-key", element("admin-key").value.trim());
  openOrClose();
});
element("key").addEventListener("change", openOrClose);
document.addEventListener("visibilitychange", openOrClose);
openOrClose();
