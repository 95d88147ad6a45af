/**
 * One message of a model, as one message of a WebSocket: JSON, with bytes behind it if it has any.
 * `playground/plain/framed.py` says how. No DOM.
 */

const HEAD = 4;

/**
 * @param {any} message
 * @param {(ArrayBuffer | ArrayBufferView)[]} [buffers]
 * @returns {string | Uint8Array<ArrayBuffer>}
 */
export function packed(message, buffers = []) {
  if (!buffers.length) return JSON.stringify(message);
  const pieces = buffers.map(bytesIn);
  const told = { ...message, sizes: pieces.map((each) => each.length) };
  const head = new TextEncoder().encode(JSON.stringify(told));
  const size = pieces.reduce((sum, each) => sum + each.length, HEAD + head.length);
  const whole = new Uint8Array(size);
  new DataView(whole.buffer).setUint32(0, head.length);
  let at = HEAD;
  for (const each of [head, ...pieces]) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

/** @param {ArrayBuffer | ArrayBufferView} data */
function bytesIn(data) {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/**
 * @param {string | ArrayBuffer} data
 * @returns {{message: any, buffers: DataView[]}}
 */
export function unpacked(data) {
  if (typeof data === "string") return { message: JSON.parse(data), buffers: [] };
  const length = new DataView(data).getUint32(0);
  const { sizes, ...message } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(data, HEAD, length)),
  );
  let at = HEAD + length;
  const buffers = sizes.map((/** @type {number} */ size) => {
    at += size;
    return new DataView(data, at - size, size);
  });
  return { message, buffers };
}
