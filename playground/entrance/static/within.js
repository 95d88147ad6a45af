/** Which addresses are an app's own, below its prefix on a site with other things too. No DOM. */

/**
 * The address if it is the app's, without what follows a "#"; "" if not.
 * @param {string} base where the app is, as an absolute URL that ends in "/"
 * @param {string} url absolute, of http, https, ws or wss
 */
export function within(base, url) {
  let made;
  try {
    made = new URL(url.replace(/^ws/i, "http"), base);
  } catch {
    return "";
  }
  made.hash = "";
  if (!made.href.startsWith(base)) return "";
  return climbs(made.href.slice(base.length).replace(/\?.*/s, "")) ? "" : made.href;
}

/** Whether a path leads upwards to whoever decodes it, once or several times over. */
function climbs(/** @type {string} */ path) {
  for (let times = 0; times < 4; times += 1) {
    if (/(^|[\\/])\.\.?([\\/;]|$)/.test(path)) return true;
    path = path.replace(/%[0-7][0-9a-f]/gi, (each) =>
      String.fromCharCode(parseInt(each.slice(1), 16)),
    );
  }
  return false;
}

/**
 * Where an app sends a browser on to, as an absolute URL; it knows nothing of its prefix.
 * @param {string} base
 * @param {string} from the address that was asked
 * @param {string} location
 */
export function ledTo(base, from, location) {
  if (/^\/(?![\\/])/.test(location)) return base + location.slice(1);
  try {
    return new URL(location, from).href;
  } catch {
    return "";
  }
}

/**
 * The path below which all is the app's. It is never guessed from how deep a page seems to lie: who
 * writes the address decides that, and a "/" may be written as "%2F".
 * @param {string} path of the page that holds the app's
 * @param {string} said what the proxy says, "" if it says nothing
 * @param {number} port the lab's own
 */
export function prefixOf(path, said, port) {
  const known = said && `${said.replace(/\/+$/, "")}/`;
  if (known && path.startsWith(known)) return known;
  const found = path.match(`^/(?:[^/]+/)*?(?:abs)?proxy/(?:absolute/)?${port}/`);
  if (!found) throw new Error(`there is no app at ${path}`);
  return found[0];
}
