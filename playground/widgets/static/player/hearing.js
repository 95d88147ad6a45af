/** Who hears a message, to be asked and told. No DOM. */

import { counted, escaped } from "../shared/format.js";

/** @typedef {import("../ladder/steps.js").Step} Step */

const MESSAGES = new Set(["text", "binary"]);
const ENDED = new Set(["close", "refuse"]);

// How many names a person can choose from.
const MOST_CHOICES = 12;

/** Whether a step is a message of which one may ask who hears it. @param {Step | undefined} step */
export function isAsked(step) {
  return step?.shape === "arrow" && step.sender === "client" && MESSAGES.has(step.kind);
}

/**
 * The clients that get a message because of the one at an index.
 * @param {Step[]} steps
 * @param {number} index
 */
export function heardBy(steps, index) {
  const own = new Set(steps[index].members);
  const effects = steps
    .slice(index + 1)
    .filter(
      ({ cause, kind, sender }) =>
        sender === "server" && MESSAGES.has(kind) && cause !== null && own.has(cause),
    );
  return [...new Set(effects.flatMap((step) => step.clients))];
}

/**
 * The clients that have a connection open after a step, in the order they came.
 * @param {Step[]} steps
 * @param {number} index
 */
export function thereAt(steps, index) {
  const there = new Set();
  for (const { kind, clients, shape } of steps.slice(0, index + 1)) {
    if (shape !== "arrow") continue;
    for (const name of clients) {
      if (ENDED.has(kind)) there.delete(name);
      else there.add(name);
    }
  }
  return [...there];
}

/** Whom one may choose: who is there, and who hears it. */
export function choicesAt(/** @type {Step[]} */ steps, /** @type {number} */ index) {
  return [...new Set([...thereAt(steps, index), ...heardBy(steps, index)])].slice(0, MOST_CHOICES);
}

/**
 * What is said of a choice.
 * @param {string[]} heard
 * @param {string[]} chosen
 */
export function verdict(heard, chosen) {
  const missed = heard.filter((name) => !chosen.includes(name));
  const wrong = chosen.filter((name) => !heard.includes(name));
  if (!missed.length && !wrong.length)
    return `Right: ${heard.length ? names(heard) : "nobody"} ${hear(heard)} it.`;
  if (!heard.length) return "Not quite: nobody hears it.";
  const said = [
    missed.length && `${names(missed)} ${hear(missed)} it${chosen.length ? " too" : ""}`,
    wrong.length && `${names(wrong)} ${wrong.length > 1 ? "do" : "does"} not`,
  ];
  return `Not quite: ${said.filter(Boolean).join("; ")}.`;
}

function hear(/** @type {string[]} */ who) {
  return who.length > 1 ? "hear" : "hears";
}

/** Names as a person lists them: "alice, bob and carol". @param {string[]} who */
export function names(who) {
  const shown = who.slice(0, MOST_CHOICES).map((name) => escaped(name));
  if (who.length > shown.length) shown.push(counted(who.length - shown.length, "more", "more"));
  const last = shown.pop();
  return shown.length ? `${shown.join(", ")} and ${last}` : (last ?? "");
}
