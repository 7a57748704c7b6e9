// The workers as a table.
import { make } from "/assets/elements.js";

const COLUMNS = ["worker", "state", "rtf", "memory", "jobs", "voices"];

const TITLES = { worker: "Worker", state: "State", rtf: "RTF", memory: "Memory", jobs: "Jobs", voices: "Voices" };

function textsOf({ id, kind, node, state, rtf, memory_bytes: memory, voices, jobs_done: jobs }) {
  return {
    worker: kind === "remote" ? `#${id} at ${node}` : `#${id}`,
    state,
    rtf: rtf === null ? "–" : rtf.toFixed(3),
    memory: memory === null ? "–" : `${Math.round(memory / 1e6)} MB`,
    jobs: String(jobs),
    voices: voices.join(", ") || "–",
  };
}

export class WorkerTable {
  /** @param {HTMLTableElement} table */
  constructor(table) {
    this.rows = new Map();
    this.body = make("tbody");
    table.append(make("thead", {}, make("tr", {}, ...COLUMNS.map((name) => make("th", { scope: "col", textContent: TITLES[name], className: name })))), this.body);
  }

  /** @param {object[]} workers of a snapshot of /v1/workers/events */
  show(workers) {
    const there = new Set(workers.map(({ id }) => id));
    for (const [id, { row }] of this.rows) {
      if (there.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    for (const worker of workers) this.update(worker);
  }

  update(worker) {
    if (!this.rows.has(worker.id)) {
      const cells = Object.fromEntries(COLUMNS.map((name) => [name, make("td", { className: name })]));
      const row = make("tr", {}, ...Object.values(cells));
      this.rows.set(worker.id, { row, cells });
      this.body.append(row);
    }
    const { row, cells } = this.rows.get(worker.id);
    row.dataset.state = worker.state;
    row.title = worker.pid === null ? "" : `Process ${worker.pid}`;
    for (const [name, text] of Object.entries(textsOf(worker))) {
      if (cells[name].textContent !== text) cells[name].textContent = text;
    }
  }
}
