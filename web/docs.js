// Shows /openapi.json: its routes by openapi-explorer, which tries them, and its WebSockets with a trial of our own.
import { make } from "/assets/elements.js";
import { SocketTrial, messagesIn } from "/assets/socket_trial.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");
const PARTS = ["routes", "sockets"];

const element = (id) => document.getElementById(id);

/** What a `$ref` of `root` stands for. */
export function resolve(root, node) {
  while (node?.$ref) node = node.$ref.slice(2).split("/").reduce((at, key) => at[key], root);
  return node;
}

/** The schema in a few words, such as "integer, 8000 to 48000". */
export function describe(root, schema) {
  const found = resolve(root, schema);
  if (found.oneOf ?? found.anyOf) return (found.oneOf ?? found.anyOf).map((one) => describe(root, one)).join(" or ");
  const words = [[found.type ?? "any"].flat().filter((type) => type !== "null").join(" or ")];
  if (found.enum) words.push(found.enum.filter((value) => value !== null && value !== "").join(", "));
  if (found.minimum !== undefined) words.push(`${found.minimum} to ${found.maximum}`);
  if (found.maxLength !== undefined) words.push(`${found.minLength ?? 0} to ${found.maxLength} characters`);
  if (found.default !== undefined) words.push(`default ${found.default}`);
  return words.join(", ");
}

function table(head, rows) {
  const cells = (kind, texts) => make("tr", {}, ...texts.map((text) => make(kind, { textContent: text })));
  return make("table", {}, cells("th", head), ...rows.map((row) => cells("td", row)));
}

function bodyTable(root, schema) {
  const { properties = {}, required = [] } = resolve(root, schema);
  return table(["field", "", "what it is", ""], Object.entries(properties).map(([name, field]) =>
    [name, required.includes(name) ? "required" : "", describe(root, field), resolve(root, field).description ?? ""]));
}

/** The fields of an operation's parameters, by these. */
function parameterInputs(root, operation) {
  return new Map((operation.parameters ?? []).map((parameter) =>
    [parameter, make("input", { name: parameter.name, required: parameter.required ?? false,
      placeholder: describe(root, parameter.schema) })]));
}

/** Where a socket is opened, by what is in its fields. A page can set no header. */
function filledIn(path, inputs) {
  const url = new URL(path, location.origin);
  for (const [{ name, in: place }, input] of inputs) {
    if (place === "path") url.pathname = url.pathname.replace(encodeURI(`{${name}}`), encodeURIComponent(input.value));
    if (place === "query" && input.value) url.searchParams.set(name, input.value);
  }
  return url;
}

/** PCM is heard at once, so that is what is asked for. */
function trial(root, path, operation) {
  const inputs = parameterInputs(root, operation);
  for (const [{ name }, input] of inputs) if (name === "output_format") input.value = "pcm_24000";
  const labels = [...inputs].map(([{ name }, input]) => make("label", {}, `${name} `, input, " "));
  const messages = make("textarea", { rows: 4, title: "messages, one a line",
    value: operation["x-websocket"].example.map((message) => JSON.stringify(message)).join("\n") });
  const stop = make("button", { type: "button", textContent: "Stop" });
  const answer = make("div");
  const form = make("form", {}, ...labels, messages,
    make("p", {}, make("button", { type: "submit", textContent: "Try it" }), " ", stop), answer);
  let current = null;
  stop.addEventListener("click", () => current?.stop());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    current?.stop();
    try {
      current = new SocketTrial(filledIn(path, inputs), messagesIn(messages.value, element("key").value), answer);
    } catch (error) {
      answer.textContent = error.message;
    }
  });
  return form;
}

function entry(root, path, operation) {
  const details = make("details", {}, make("summary", {}, make("code", { textContent: path }), make("span", { textContent: operation.summary })));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    const socket = operation["x-websocket"];
    details.append(make("p", { textContent: operation.description }), trial(root, path, operation),
      table(["parameter", "in", "what it is", ""], (operation.parameters ?? []).map((parameter) =>
        [parameter.name, parameter.in, describe(root, parameter.schema), parameter.description ?? ""])),
      make("h3", { textContent: "Messages that it takes" }), bodyTable(root, socket.receives),
      make("h3", { textContent: "Messages that it sends" }), bodyTable(root, socket.sends));
  });
  return details;
}

async function showSockets() {
  const root = await (await fetch("/openapi.json")).json();
  element("operations").replaceChildren(...Object.entries(root.paths).flatMap(([path, methods]) => Object.values(methods)
    .filter((operation) => operation["x-websocket"])
    .map((operation) => entry(root, path, operation))));
}

/** The viewer takes its colours from attributes: those of the page, as they are in the light and in the dark. */
function colour(viewer) {
  const style = getComputedStyle(document.documentElement);
  const colours = { "bg-color": "--ground", "text-color": "--ink", "header-bg-color": "--panel", "header-color": "--ink",
    "primary-color": "--accent", "secondary-color": "--accent", "nav-bg-color": "--panel", "nav-text-color": "--ink",
    "nav-hover-bg-color": "--wash", "nav-hover-text-color": "--ink" };
  for (const [name, variable] of Object.entries(colours)) viewer.setAttribute(name, style.getPropertyValue(variable).trim());
}

/** The viewer offers audio as a download; here it is heard, too. */
function hear({ detail: { response } }) {
  const isAudio = response?.body instanceof Blob && response.body.type.startsWith("audio/");
  element("heard").hidden = !isAudio;
  const audio = element("heard").querySelector("audio");
  URL.revokeObjectURL(audio.src);
  audio.removeAttribute("src");
  if (isAudio) audio.src = URL.createObjectURL(response.body);
}

async function showRoutes() {
  const viewer = document.createElement("openapi-explorer");
  for (const [name, value] of Object.entries({ "spec-url": "/openapi.json", "hide-server-selection": "true", "hide-components": "true", "schema-style": "table" })) viewer.setAttribute(name, value);
  colour(viewer);
  DARK.addEventListener("change", () => colour(viewer));
  viewer.addEventListener("response", hear);
  element("viewer").replaceChildren(viewer);
  await import("/assets/openapi-explorer.min.js");
}

function show(part) {
  for (const one of PARTS) {
    element(one).hidden = one !== part;
    element(`${one}-tab`).ariaSelected = String(one === part);
  }
}

for (const part of PARTS) element(`${part}-tab`).addEventListener("click", () => show(part));
showSockets().catch((error) => {
  element("operations").textContent = error.message;
});
showRoutes().catch((error) => {
  element("viewer").textContent = error.message;
});
