/** Clients in words, and which name to suggest for a new one. No DOM. */

import { counted, escaped } from "../shared/format.js";

/**
 * @typedef {{name: string, path: string, state: string, code: number | null, reason: string,
 *   subprotocol: string | null, phrase: string, index: number, why?: string}} Client
 * @typedef {{name: string, path: string, index: number}} Guest
 */

/** How a client is, where that is not plainly open. @param {Client} client */
export function stateWords(client) {
  if (client.state === "open") return "";
  if (client.state === "connecting") return "connecting…";
  return [client.state, client.code, client.phrase].filter(Boolean).join(" ");
}

/** All there is to say about a client. @param {Client} client */
export function clientTitle(client) {
  const speaks = client.subprotocol ? `speaks ${client.subprotocol}` : "";
  const said = stateWords(client);
  // A refusal's reason often begins with its status.
  const reason = client.code && said.endsWith(String(client.code)) ? told(client) : client.reason;
  const words = [`${client.name} at ${client.path}`, said, reason, client.why, speaks];
  return escaped(words.filter(Boolean).join(" · "));
}

function told(/** @type {Client} */ { code, reason }) {
  const [first, ...rest] = reason.split(" ");
  return first === String(code) ? rest.join(" ") : reason;
}

/** All there is to say about somebody else's connection. @param {Guest} guest */
export function guestTitle(guest) {
  const whose = "somebody else's connection: this lab can watch it, and not send for it";
  return escaped(`${guest.name} at ${guest.path} · ${whose}`);
}

/** Whether a client can be connected again. @param {Client} client */
export function isOver(client) {
  return client.state === "closed" || client.state === "refused";
}

/** Who is not shown. @param {number} more */
export function moreWords(more) {
  return more > 0 ? `and ${counted(more, "more", "more")}` : "";
}

/**
 * Who sends when nobody was chosen, or who was has gone from the list: the first that is open.
 * @param {Client[]} clients
 * @param {string} chosen a name, "" for nobody, ALL for all that are open
 */
export function sender(clients, chosen) {
  if (chosen === ALL || clients.some((client) => client.name === chosen)) return chosen;
  return clients.find((client) => client.state === "open")?.name ?? "";
}

/**
 * No client can have this name: names are not empty, and the first character of this is a control.
 */
export const ALL = "\u0001all";

const COLOURS = 6;

/** The class that gives a client its colour. @param {number | undefined} index */
export function colourClass(index) {
  return index === undefined ? "mpp-client-none" : `mpp-client-${index % COLOURS}`;
}

/**
 * The name of whoever looks at the panel, if nobody has it: you, you-2, you-3 …
 * @param {string[]} taken
 */
export function freeName(taken) {
  let name = "you";
  for (let number = 2; taken.includes(name); number += 1) name = `you-${number}`;
  return name;
}
