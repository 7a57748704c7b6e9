// Shows /openapi.json as a page on which every operation can be tried.
import { make } from "/assets/elements.js";
import { SocketTrial, messagesIn } from "/assets/socket_trial.js";

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

async function show(response, into) {
  const type = response.headers.get("content-type") ?? "";
  into.replaceChildren(make("p", { textContent: `${response.status} ${type}, ${response.headers.get("x-request-id")}` }));
  if (type.startsWith("audio/")) {
    const audio = make("audio", { controls: true, src: URL.createObjectURL(await response.blob()) });
    into.append(audio);
    return;
  }
  let text = await response.text();
  if (type.startsWith("application/json")) text = JSON.stringify(JSON.parse(text), null, 2);
  into.append(make("pre", { textContent: text }));
}

/** The fields of an operation's parameters, by these. */
function parameterInputs(root, operation) {
  return new Map((operation.parameters ?? []).map((parameter) =>
    [parameter, make("input", { name: parameter.name, required: parameter.required ?? false,
      placeholder: describe(root, parameter.schema) })]));
}

function labels(inputs) {
  return [...inputs].map(([{ name }, input]) => make("label", {}, `${name} `, input, " "));
}

/** Where a request goes, and with which headers, by what is in its fields. */
function filledIn(path, inputs) {
  const url = new URL(path, location.origin);
  const headers = {};
  for (const [{ name, in: place }, input] of inputs) {
    if (place === "path") url.pathname = url.pathname.replace(encodeURI(`{${name}}`), encodeURIComponent(input.value));
    if (place === "query" && input.value) url.searchParams.set(name, input.value);
    if (place === "header" && input.value) headers[name] = input.value;
  }
  return { url, headers };
}

const typedKey = () => document.getElementById("key").value;

function trial(root, path, method, operation) {
  const inputs = parameterInputs(root, operation);
  const form = make("form", {}, ...labels(inputs));
  const schema = operation.requestBody?.content["application/json"].schema;
  const body = make("textarea", { rows: 6 });
  if (schema) {
    body.value = JSON.stringify(resolve(root, schema).example ?? {}, null, 2);
    form.append(body);
  }
  const answer = make("div");
  form.append(make("p", {}, make("button", { type: "submit", textContent: "Try it" })), answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { url, headers } = filledIn(path, inputs);
    if (typedKey()) headers.Authorization = `Bearer ${typedKey()}`;
    if (schema) headers["Content-Type"] = "application/json";
    answer.textContent = "…";
    try {
      await show(await fetch(url, { method: method.toUpperCase(), headers, body: schema ? body.value : undefined }), answer);
    } catch (error) {
      answer.textContent = error.message;
    }
  });
  return form;
}

/** The same for a WebSocket. PCM is heard at once, so that is what is asked for. */
function socketTrialForm(root, path, operation) {
  const inputs = parameterInputs(root, operation);
  for (const [{ name }, input] of inputs) if (name === "output_format") input.value = "pcm_24000";
  const messages = make("textarea", { rows: 4, title: "messages, one a line",
    value: operation["x-websocket"].example.map((message) => JSON.stringify(message)).join("\n") });
  const stop = make("button", { type: "button", textContent: "Stop" });
  const answer = make("div");
  const form = make("form", {}, ...labels(inputs), messages,
    make("p", {}, make("button", { type: "submit", textContent: "Try it" }), " ", stop), answer);
  let current = null;
  stop.addEventListener("click", () => current?.stop());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    current?.stop();
    try {
      current = new SocketTrial(filledIn(path, inputs).url, messagesIn(messages.value, typedKey()), answer);
    } catch (error) {
      answer.textContent = error.message;
    }
  });
  return form;
}

function entry(root, path, method, operation) {
  const details = make("details", {}, make("summary", {}, make("span", { className: `method ${method}`, textContent: method }),
    make("code", { textContent: path }), make("span", { textContent: operation.summary })));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    if (operation.parameters) {
      details.append(table(["parameter", "in", "what it is", ""], operation.parameters.map((parameter) =>
        [parameter.name, parameter.in, describe(root, parameter.schema), parameter.description ?? ""])));
    }
    const schema = operation.requestBody?.content["application/json"].schema;
    if (schema) details.append(bodyTable(root, schema));
    const socket = operation["x-websocket"];
    if (socket) {
      details.append(make("p", { textContent: operation.description }),
        make("h3", { textContent: "Messages that it takes" }), bodyTable(root, socket.receives),
        make("h3", { textContent: "Messages that it sends" }), bodyTable(root, socket.sends));
    }
    details.append(table(["status", "body", ""], Object.entries(operation.responses).map(([status, response]) => {
      const found = resolve(root, response);
      return [status, Object.keys(found.content ?? {}).join(", "), found.description];
    })), socket ? socketTrialForm(root, path, operation) : trial(root, path, method, operation));
  });
  return details;
}

async function load() {
  const root = await (await fetch("/openapi.json")).json();
  document.getElementById("title").textContent = `${root.info.title}: the interface`;
  document.getElementById("about").textContent = `${root.info.summary} ${root.info.description}`;
  const groups = root.tags.map(({ name }) => {
    const entries = Object.entries(root.paths).flatMap(([path, methods]) => Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(name))
      .map(([method, operation]) => entry(root, path, method, operation)));
    return make("section", {}, make("h2", { textContent: name }), ...entries);
  });
  document.getElementById("operations").replaceChildren(...groups);
}

load().catch((error) => {
  document.getElementById("operations").textContent = error.message;
});
