/** Clients in words. No DOM. */

import { counted } from "./format.js";

/**
 * @typedef {{name: string, path: string, state: string, code: number | null, reason: string,
 *   subprotocol: string | null, phrase: string, index: number}} Client
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
  return [`${client.name} at ${client.path}`, stateWords(client), client.reason, speaks].filter(Boolean).join(" · ");
}

/** All there is to say about somebody else's connection. @param {Guest} guest */
export function guestTitle(guest) {
  return `${guest.name} at ${guest.path} · somebody else's connection: this lab can watch it, and not send for it`;
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

/** No client can have this name: names are not empty, and the first character of this is a control. */
export const ALL = "\u0001all";

const COLOURS = 6;

/** The class that gives a client its colour. @param {number | undefined} index */
export function colourClass(index) {
  return index === undefined ? "mpp-client-none" : `mpp-client-${index % COLOURS}`;
}
