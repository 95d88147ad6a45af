/** Unpacks a page and starts its script, which the page's policy knows by its fingerprint. */

// Base85: five letters are four bytes. It is Python's, but for what means something in markup.
const BASE85 =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~";

function decoded85(/** @type {string} */ text) {
  const missing = (5 - (text.length % 5)) % 5;
  const whole = text + "~".repeat(missing);
  const view = new DataView(new ArrayBuffer((whole.length / 5) * 4));
  for (let at = 0; at < whole.length; at += 5) {
    let number = 0;
    for (const letter of whole.slice(at, at + 5)) number = number * 85 + BASE85.indexOf(letter);
    view.setUint32((at / 5) * 4, number % 2 ** 32);
  }
  return view.buffer.slice(0, view.byteLength - missing);
}

async function unpack() {
  const packed = /** @type {HTMLElement} */ (document.getElementById("packed"));
  const stream = new Blob([decoded85(packed.textContent ?? "")])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const { css, script, held } = JSON.parse(await new Response(stream).text());
  packed.remove();
  Object.assign(globalThis, { mppHeld: held });
  add("style", css);
  add("script", script);
}

function add(/** @type {string} */ tag, /** @type {string} */ text) {
  const made = document.createElement(tag);
  if (tag === "script") made.setAttribute("type", "module");
  made.textContent = text;
  document.head.append(made);
}

unpack();
