// The cells that share a Redis, as a table: what each has to do, and what room it has.
import { make } from "/assets/elements.js";

const TITLES = { name: "Cell", state: "State", streams: "Streams", waiting: "Waiting", spare: "Spare capacity", workers: "Workers" };

function textsOf({ name, own, state, streams, waiting, spare, workers, age_s: age }) {
  const silent = state === "silent";
  return {
    name: own ? `${name} (this one)` : name,
    state: silent ? `silent for ${age.toFixed(0)} s` : state,
    streams: silent ? "–" : String(streams),
    waiting: silent ? "–" : String(waiting),
    spare: silent ? "–" : `${Math.round(100 * spare)} %`,
    workers: silent ? "–" : String(workers),
  };
}

export class CellTable {
  /** `parts`: the elements `panel`, which is shown where there are several cells, and `table` */
  constructor({ panel, table }) {
    this.panel = panel;
    this.rows = [];
    this.body = make("tbody");
    table.append(make("thead", {}, make("tr", {}, ...Object.entries(TITLES).map(([name, title]) => make("th", { scope: "col", textContent: title, className: name })))), this.body);
  }

  /** @param {object[]} cells of a snapshot of /v1/workers/events; a server of an older version has none */
  show(cells = []) {
    this.panel.hidden = cells.length < 2;
    while (this.rows.length < cells.length) this.add();
    for (const { row } of this.rows.splice(cells.length)) row.remove();
    cells.forEach((cell, i) => this.update(this.rows[i], cell));
  }

  add() {
    const cells = Object.fromEntries(Object.keys(TITLES).map((name) => [name, make("td", { className: name })]));
    const fill = make("span", { className: "share", ariaHidden: "true" });
    const text = make("span");
    cells.spare.append(fill, text);
    const row = make("tr", {}, ...Object.values(cells));
    this.rows.push({ row, cells, fill, text });
    this.body.append(row);
  }

  update({ row, cells, fill, text }, cell) {
    const { spare, ...others } = textsOf(cell);
    row.dataset.state = cell.state;
    fill.style.setProperty("--share", cell.state === "silent" ? 0 : cell.spare);
    if (text.textContent !== spare) text.textContent = spare;
    for (const [name, words] of Object.entries(others)) {
      if (cells[name].textContent !== words) cells[name].textContent = words;
    }
  }
}
