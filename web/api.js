// Requests to this server, with the API key that was typed.

/** The seconds after which the server asks to come back; 0 where it names none. */
function secondsOf(headers) {
  const milliseconds = headers.get("retry-after-ms") ?? 1000 * Number(headers.get("retry-after"));
  return Number(milliseconds) / 1000 || 0;
}

/** An answer that is no success, in the server's own words. */
export class Refusal extends Error {
  /** @param {Response} response; @param {string} message */
  constructor(response, message) {
    super(message);
    this.status = response.status;
    this.retryAfter = secondsOf(response.headers);
    this.mayPass = [429, 502, 503, 504].includes(response.status) && response.headers.get("x-should-retry") !== "false";
  }
}

/** The headers that identify the user of `key`; "" is nobody. */
export const authorisation = (key) => (key ? { Authorization: `Bearer ${key}` } : {});

/** The key for speech. It lasts as long as the tab, and is sent to this server only. */
export const typedKey = () => sessionStorage.getItem("key") ?? "";

async function messageOf(response) {
  if (response.status === 401 && !typedKey()) return "This server asks for an API key: type one into its field.";
  try {
    const body = await response.json();
    return (body.error ?? body.detail).message;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

/** Returns the answer of a success; throws a Refusal for any other, and a TypeError where the connection is lost. */
export async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { ...options.headers, ...authorisation(typedKey()) } });
  if (!response.ok) throw new Refusal(response, await messageOf(response));
  return response;
}

/** The same with a JSON body. */
export function post(path, body, { headers, signal } = {}) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, signal, body: JSON.stringify(body) });
}
