// The same request as code that runs elsewhere.
import { make } from "/assets/elements.js";
import { typedKey } from "/assets/api.js";

const inShell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(url, body, withKey) {
  const key = withKey ? ` \\\n  -H "Authorization: Bearer $ANTIPHON_KEY"` : "";
  return `curl -s ${url}/v1/audio/speech${key} \\\n  -H 'Content-Type: application/json' \\\n  -d ${inShell(JSON.stringify(body))} \\\n  -o speech.mp3`;
}

function python(url, { seed, ...body }, withKey) {
  const fields = Object.entries(body).map(([name, value]) => `    ${name}=${JSON.stringify(value)},\n`).join("");
  return `import os

from openai import OpenAI  # pip install openai

client = OpenAI(base_url="${url}/v1", api_key=${withKey ? 'os.environ["ANTIPHON_KEY"]' : '"none"'})
with client.audio.speech.with_streaming_response.create(
${fields}    extra_body={"seed": ${seed}},
) as speech:
    speech.stream_to_file("speech.mp3")`.replace(withKey ? "" : "import os\n\n", "");
}

function javascript(url, body, withKey) {
  const key = withKey ? "\n    Authorization: `Bearer ${process.env.ANTIPHON_KEY}`," : "";
  return `import { writeFile } from "node:fs/promises";

const response = await fetch("${url}/v1/audio/speech", {
  method: "POST",
  headers: {${key}
    "Content-Type": "application/json",
  },
  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll("\n", "\n  ")}),
});
if (!response.ok) throw new Error(await response.text());
await writeFile("speech.mp3", response.body);`;
}

const LANGUAGES = { curl, Python: python, JavaScript: javascript };
let count = 0;

async function copy(pre, button) {
  try {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = "Copied";
  } catch { // only pages of this machine or of HTTPS may
    getSelection().selectAllChildren(pre);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

/** Shows code that asks for `take`, in one language at a time. */
export function snippets(take) {
  count += 1;
  const pre = make("pre", { tabIndex: 0 });
  const show = (language) => {
    pre.textContent = LANGUAGES[language](location.origin, take.body("mp3"), typedKey() !== "");
  };
  const tabs = Object.keys(LANGUAGES).map((language, i) => {
    const input = make("input", { type: "radio", name: `code${count}`, checked: i === 0 });
    input.addEventListener("change", () => show(language));
    return make("label", { className: "tab" }, input, language);
  });
  const button = make("button", { type: "button", className: "quiet", textContent: "Copy" });
  button.addEventListener("click", () => copy(pre, button));
  show("curl");
  return make("details", { className: "code" }, make("summary", { textContent: "As code" }),
    make("div", { className: "row" }, ...tabs, button), pre);
}
