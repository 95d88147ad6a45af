/** Which name to suggest for a new client. No DOM. */

export const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];

/**
 * The next name that nobody has: alice, bob, carol … then client-9.
 * @param {string[]} taken
 */
export function freeName(taken) {
  const found = NAMES.find((name) => !taken.includes(name));
  if (found) return found;
  let number = NAMES.length + 1;
  while (taken.includes(`client-${number}`)) number += 1;
  return `client-${number}`;
}
