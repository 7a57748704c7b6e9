"use strict";
// Plots of reports. A page calls report.legend(), .lines(), .bars(), .lanes() and .table(); all of them draw into elements of
// its own, anew when their width or what the legend shows changes.
const report = (() => {
  const names = "http://www.w3.org/2000/svg";
  const colours = ["#1b7fbd", "#d1495b", "#2e933c", "#9a5fb4", "#e08e1b", "#3aa6a0", "#7a6a4f", "#888888"];
  const dashes = ["", "8 3", "2 3", "10 3 2 3", "5 5", "1 4", "12 4", "3 6"];
  const shapes = ["M0-4A4 4 0 1 1 0 4A4 4 0 1 1 0-4Z", "M-4-4H4V4H-4Z", "M0-5L5 4H-5Z", "M0-5L5 0L0 5L-5 0Z", "M-5-4H5L0 5Z",
    "M-4-1H-1V-4H1V-1H4V1H1V4H-1V1H-4Z", "M-5 0L0-3L5 0L0 3Z", "M-2-5H2V5H-2Z"];
  const hidden = new Set();
  const drawings = [];

  function element(name, attributes, parent, text) {
    const made = document.createElementNS(names, name);
    for (const key in attributes) if (attributes[key] !== undefined && attributes[key] !== "") made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  function html(name, parent, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    parent.append(made);
    return made;
  }

  // Calls draw(width) now, when the width of `box` changes, and when the legend does.
  function keep(box, draw) {
    let width = 0;
    const again = () => { if (width > 0) draw(width); };
    drawings.push(again);
    new ResizeObserver(entries => {
      const now = Math.floor(entries[0].contentRect.width);
      if (now === width) return;
      width = now;
      again();
    }).observe(box);
  }

  const look = index => ({colour: colours[index % colours.length], dash: dashes[index % dashes.length],
    shape: shapes[index % shapes.length]});

  function sign(index, parent) {
    const {colour, dash, shape} = look(index);
    const svg = element("svg", {width: 28, height: 12, "aria-hidden": "true"}, parent);
    element("line", {x1: 0, x2: 28, y1: 6, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash}, svg);
    element("path", {d: shape, fill: colour, transform: "translate(14 6)"}, svg);
  }

  // A button for each series; what it switches off is in no plot. The indices of series are those of their names here.
  function legend(box, series) {
    box.classList.add("key");
    series.forEach((name, index) => {
      const button = html("button", box);
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      sign(index, button);
      button.append(name);
      button.addEventListener("click", () => {
        if (!hidden.delete(index)) hidden.add(index);
        button.setAttribute("aria-pressed", String(!hidden.has(index)));
        for (const draw of drawings) draw();
      });
    });
  }

  // Ticks 1, 2 and 5 times powers of ten between two values above 0.
  function decades(low, most) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(most)); ++power) {
      for (const digit of [1, 2, 5]) {
        const tick = Number((digit * 10 ** power).toPrecision(1));
        if (tick >= low && tick <= most) ticks.push(tick);
      }
    }
    return ticks;
  }

  // About `count` round ticks from 0 to `most`.
  function steps(most, count) {
    const raw = most / count, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(digit => digit * power).find(one => one >= raw);
    const ticks = [];
    for (let i = 0; i * step <= most * 1.0001; ++i) ticks.push(Number((i * step).toPrecision(6)));
    return ticks;
  }

  const left = 52, right = 14, top = 10, bottom = 42, high = 300;

  // A box beside the cursor that says what there is.
  function showValues(box, x, width, title, rows) {
    box.replaceChildren();
    html("div", box, title).style.fontWeight = "600";
    for (const [index, text] of rows) {
      const row = html("div", box);
      if (index >= 0) sign(index, row);
      row.append(text);
    }
    box.hidden = false;
    box.style.top = "2.5rem";
    box.style.left = x < width / 2 ? `${x + 12}px` : "";
    box.style.right = x < width / 2 ? "" : `${width - x + 12}px`;
  }

  // plot: {title, axis, unit, places: [{at, label}], logarithmic, most, series: [{index, name, points: [{at, y, half}]}],
  // bound(at)}. `at` is a number on the axis; points of one series ascend by it. Earlier series are drawn wider, so that
  // those that coincide are all seen. The values under the pointer, or by the arrow keys, are shown beside it.
  function lines(parent, plot) {
    const figure = html("figure", parent);
    html("figcaption", figure, plot.title);
    const values = html("div", figure, undefined, "values");
    values.hidden = true;
    let svg = null, chosen = -1;
    const places = [...plot.places].sort((one, other) => one.at - other.at);
    keep(figure, width => {
      svg?.remove();
      svg = element("svg", {width, height: high, role: "img", tabindex: 0, "aria-label": plot.title}, figure);
      const shown = plot.series.filter(one => !hidden.has(one.index));
      const all = plot.series.flatMap(one => one.points.map(point => point.y)).filter(Number.isFinite);
      const positive = all.filter(value => value > 0);
      const low = plot.logarithmic ? Math.min(...positive, 0.1) : 0;
      const most = plot.most ?? (plot.logarithmic ? Math.max(...positive, low * 10) * 1.1 : Math.max(...all, 0) * 1.05 || 1);
      const first = places.length ? places[0].at : 0, span = places.length ? places[places.length - 1].at - first : 0;
      const across = at => left + (span > 0 ? (at - first) / span : 0.5) * (width - left - right);
      const up = value => high - bottom - (high - top - bottom) *
        (plot.logarithmic ? Math.log(Math.max(value, low) / low) / Math.log(most / low) : value / most);
      for (const tick of plot.logarithmic ? decades(low, most) : steps(most, 5)) {
        element("line", {x1: left, x2: width - right, y1: up(tick), y2: up(tick), class: "grid"}, svg);
        element("text", {x: left - 6, y: up(tick) + 4, "text-anchor": "end"}, svg, tick);
      }
      let last = -Infinity;
      for (const {at, label} of places) {
        const short = label.length > 14 ? label.slice(0, 13) + "…" : label;
        if (across(at) - last < 10 + 6 * short.length) continue;
        last = across(at);
        const anchor = last < left + 30 ? "start" : last > width - right - 30 ? "end" : "middle";
        element("text", {x: last, y: high - bottom + 16, "text-anchor": anchor}, svg, short);
      }
      element("text", {x: (left + width - right) / 2, y: high - 6, "text-anchor": "middle"}, svg, plot.axis);
      if (plot.bound && span > 0) {
        const path = [];
        for (let i = 0; i <= 100; ++i) path.push(`${across(first + span * i / 100)},${up(plot.bound(first + span * i / 100))}`);
        element("polyline", {points: path.join(" "), class: "bound"}, svg);
      }
      shown.forEach((one, order) => {
        const {colour, dash, shape} = look(one.index);
        const wide = 2 + 1.8 * (shown.length - 1 - order);
        const path = one.points.filter(point => Number.isFinite(point.y)).map(point => `${across(point.at)},${up(point.y)}`);
        element("polyline", {points: path.join(" "), fill: "none", stroke: colour, "stroke-width": wide, "stroke-linejoin": "round",
          "stroke-dasharray": order === shown.length - 1 ? dash : "", opacity: order === shown.length - 1 ? 1 : 0.55}, svg);
        for (const point of one.points) {
          if (!Number.isFinite(point.y)) continue;
          const x = across(point.at), half = point.half || 0;
          if (half > 0) element("line", {x1: x, x2: x, y1: up(Math.max(point.y - half, low)), y2: up(Math.min(point.y + half, most)),
            stroke: colour, opacity: 0.6}, svg);
          element("path", {d: shape, fill: colour, transform: `translate(${x} ${up(point.y)})`}, svg);
        }
      });
      const cursor = element("line", {y1: top, y2: high - bottom, class: "cursor", visibility: "hidden"}, svg);
      const hide = () => { values.hidden = true; chosen = -1; cursor.setAttribute("visibility", "hidden"); };
      const choose = index => {
        chosen = index;
        const place = places[index], x = across(place.at);
        cursor.setAttribute("x1", x);
        cursor.setAttribute("x2", x);
        cursor.setAttribute("visibility", "visible");
        showValues(values, x, width, `${plot.axis} ${place.label}`, shown.flatMap(one => {
          const point = one.points.find(candidate => candidate.at === place.at && Number.isFinite(candidate.y));
          return point ? [[one.index, `${one.name}: ${point.y.toFixed(plot.digits ?? 2)}${point.half > 0 ? ` ± ${point.half.toFixed(plot.digits ?? 2)}` : ""}${plot.unit}`]] : [];
        }));
      };
      const nearest = x => places.reduce((best, place, index) =>
        Math.abs(across(place.at) - x) < Math.abs(across(places[best].at) - x) ? index : best, 0);
      svg.addEventListener("pointermove", event => { if (places.length) choose(nearest(event.offsetX)); });
      svg.addEventListener("pointerdown", event => { if (places.length) choose(nearest(event.offsetX)); });
      svg.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") hide(); });
      svg.addEventListener("blur", hide);
      svg.addEventListener("keydown", event => {
        const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
        if (!by || !places.length) return;
        event.preventDefault();
        choose(Math.min(places.length - 1, Math.max(0, chosen + by)));
      });
    });
  }

  // plot: {title, axis, unit, labels, series: [{index, name, values}]}: for each label a bar of each series, side by side.
  function bars(parent, plot) {
    const figure = html("figure", parent);
    html("figcaption", figure, plot.title);
    const values = html("div", figure, undefined, "values");
    values.hidden = true;
    let svg = null;
    keep(figure, width => {
      svg?.remove();
      svg = element("svg", {width, height: high, role: "img", "aria-label": plot.title}, figure);
      const shown = plot.series.filter(one => !hidden.has(one.index));
      const most = Math.max(1, ...plot.series.flatMap(one => one.values)) * 1.05;
      const up = value => high - bottom - value / most * (high - top - bottom);
      for (const tick of steps(most, 5)) {
        element("line", {x1: left, x2: width - right, y1: up(tick), y2: up(tick), class: "grid"}, svg);
        element("text", {x: left - 6, y: up(tick) + 4, "text-anchor": "end"}, svg, tick);
      }
      const slot = (width - left - right) / plot.labels.length, bar = slot * 0.8 / Math.max(1, shown.length);
      plot.labels.forEach((label, place) => {
        const begin = left + slot * place;
        element("text", {x: begin + slot / 2, y: high - bottom + 16, "text-anchor": "middle"}, svg, label);
        shown.forEach((one, order) => element("rect", {x: begin + slot * 0.1 + bar * order, width: Math.max(1, bar - 1),
          y: up(one.values[place]), height: high - bottom - up(one.values[place]), fill: look(one.index).colour}, svg));
        const area = element("rect", {x: begin, width: slot, y: top, height: high - top - bottom, fill: "transparent"}, svg);
        const tell = () => showValues(values, begin + slot / 2, width, `${plot.axis} ${label}`,
          shown.map(one => [one.index, `${one.name}: ${one.values[place]}${plot.unit}`]));
        area.addEventListener("pointermove", tell);
        area.addEventListener("pointerdown", tell);
      });
      svg.addEventListener("pointerleave", () => { values.hidden = true; });
      element("text", {x: (left + width - right) / 2, y: high - 6, "text-anchor": "middle"}, svg, plot.axis);
    });
  }

  // plot: {names, spans: [{lane, begin, end, fill, pale, text}], end}, times in seconds. It scrolls where it is wider than the
  // page, the names of its lanes stay, and a slider sets how wide a second is; what a span is stands below, by touch too.
  function lanes(box, plot) {
    box.replaceChildren();
    const row = 28;
    const tools = html("label", box, "Width of a second: ");
    const zoom = html("input", tools);
    zoom.type = "range";
    zoom.min = 0;
    zoom.max = 100;
    const wrap = html("div", box, undefined, "lanes");
    const column = html("div", wrap, undefined, "names");
    plot.names.forEach(name => { html("div", column, name).style.cssText = `height:${row}px;line-height:${row}px`; });
    const scroll = html("div", wrap, undefined, "scroll");
    const told = html("p", box, "Point at a piece, or touch it, to see what it is.");
    told.setAttribute("aria-live", "polite");
    const fit = () => Math.max(200, scroll.clientWidth) / plot.end;
    const draw = () => {
      const scale = Math.max(fit(), fit() * 1.06 ** Number(zoom.value)), width = Math.ceil(plot.end * scale);
      scroll.replaceChildren();
      const svg = element("svg", {width, height: plot.names.length * row + 20, role: "img", "aria-label": "Timeline"}, scroll);
      const step = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300].find(one => one * scale >= 70) || 600;
      for (let i = 0; i * step <= plot.end; ++i) {
        const x = i * step * scale;
        element("line", {x1: x, x2: x, y1: 0, y2: plot.names.length * row, class: "grid"}, svg);
        if (x < width - 40) element("text", {x: x + 2, y: plot.names.length * row + 14}, svg, `${+(i * step).toFixed(2)} s`);
      }
      for (const span of plot.spans) {
        const bar = element("rect", {x: span.begin * scale, y: span.lane * row + 3, height: row - 6, fill: span.fill,
          width: Math.max(0.8, (span.end - span.begin) * scale), opacity: span.pale ? 0.4 : 1}, svg);
        const tell = () => { told.textContent = span.text; };
        bar.addEventListener("pointerenter", tell);
        bar.addEventListener("pointerdown", tell);
      }
    };
    // So wide at first that pieces can be told apart: at least 60 pixels a second.
    zoom.value = Math.max(0, Math.ceil(Math.log(60 / fit()) / Math.log(1.06)));
    zoom.addEventListener("input", draw);
    draw();
  }

  // columns: [{name, word}], rows of cells: a text, or [text, what stands paler behind it].
  function table(box, columns, rows) {
    box.replaceChildren();
    const made = html("table", box);
    const head = html("tr", made);
    for (const column of columns) html("th", head, column.name, column.word ? "word" : "");
    for (const row of rows) {
      const line = html("tr", made);
      row.forEach((cell, index) => {
        const [text, paler] = Array.isArray(cell) ? cell : [cell];
        const made = html("td", line, text, columns[index].word ? "word" : "");
        if (paler) html("span", made, ` ${paler}`, "half");
      });
    }
  }

  return {legend, lines, bars, lanes, table, html, colour: index => look(index).colour};
})();
