/** Knowing that the kernel is there: it sends something at least every two seconds. */

export const SILENCE = 6000;
export const GONE = "The kernel does not answer. If it was restarted, run the cell that serves the app again.";

/**
 * Watch a model for silence.
 * @param {{on: Function, off: Function}} model
 * @param {(alive: boolean) => void} changed called when the kernel falls silent, and when it is back
 * @param {number} [silence] milliseconds
 * @returns {() => void} stop watching
 */
export function watchKernel(model, changed, silence = SILENCE) {
  let alive = true;
  let heard = performance.now();
  const set = (/** @type {boolean} */ now) => {
    if (now !== alive) changed((alive = now));
  };
  const listen = () => {
    heard = performance.now();
    set(true);
  };
  const look = () => {
    const silent = performance.now() - heard;
    // A page that was asleep looks late itself: give the kernel one more look's time.
    if (silent > silence * 3) heard = performance.now() - silence + 1500;
    else if (silent > silence) set(false);
  };
  model.on("msg:custom", listen);
  const timer = setInterval(look, 1000);
  return () => {
    clearInterval(timer);
    model.off("msg:custom", listen);
  };
}
