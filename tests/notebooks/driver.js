// What the driver does inside JupyterLab's page, through the application object that the server was
// told to expose. Every wait has a deadline, because `page.evaluate` has none.

window.driver = (() => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  /** Resolve like the promise, or reject after so many seconds. */
  function within(seconds, what, promise) {
    const late = pause(seconds * 1000).then(() => {
      throw new Error(`${what} took more than ${seconds} s`);
    });
    return Promise.race([promise, late]);
  }

  /** Resolve with the first truthy answer. */
  async function until(seconds, what, answer) {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const found = await answer();
      if (found) return found;
      if (performance.now() > end) throw new Error(`${what} took more than ${seconds} s`);
      await pause(30);
    }
  }

  const app = () => window.jupyterapp;
  const panel = () => app().shell.currentWidget;
  const kernel = () => panel().sessionContext.session?.kernel;
  const cell = (index) => panel().content.widgets[index];
  const outputs = (index) => cell(index).model.outputs?.toJSON() ?? [];
  const runs = {};

  async function ready(seconds) {
    await until(seconds, "JupyterLab's start", () => app()?.shell);
    await within(seconds, "restoring the workspace", app().restored);
    await until(seconds, "opening the notebook", () => panel()?.sessionContext);
    await within(seconds, "reading the notebook", panel().context.ready);
    await within(seconds, "drawing the notebook", panel().revealed);
    await within(seconds, "the session's start", panel().sessionContext.ready);
    return idle(seconds);
  }

  async function idle(seconds) {
    await until(seconds, "the kernel's start", () => kernel()?.status === "idle");
    return kernel().id;
  }

  function start(index) {
    panel().content.activeCellIndex = index;
    panel().content.deselectAll();
    runs[index] = app().commands.execute("notebook:run-cell");
  }

  async function finish(index, seconds) {
    await within(seconds, `cell ${index}`, runs[index]);
    return outputs(index);
  }

  async function says(index, text, seconds) {
    const said = () => JSON.stringify(outputs(index)).includes(JSON.stringify(text).slice(1, -1));
    await until(seconds, `the output ${text} of cell ${index}`, said);
  }

  /** What one wants to know of a notebook that doesn't get on: the kernel, and each cell. */
  function standing() {
    const dialog = document.querySelector(".jp-Dialog")?.textContent ?? "none";
    const cells = panel().content.widgets.map(
      (each, index) => `${index} ${each.model.type} ${each.model.executionState ?? ""} [${each.prompt ?? ""}]`,
    );
    return `kernel ${kernel()?.status}, ${kernel()?.connectionStatus}; dialog ${dialog}; ${cells.join("; ")}`;
  }

  async function runAll(seconds) {
    const run = within(seconds, "running all cells", app().commands.execute("notebook:run-all-cells"));
    await run.catch((error) => Promise.reject(new Error(`${error.message}: ${standing()}`)));
  }

  async function restart(seconds) {
    await within(seconds, "restarting the kernel", panel().sessionContext.restartKernel());
    return idle(seconds);
  }

  async function interrupt(seconds) {
    await within(seconds, "interrupting the kernel", kernel().interrupt());
  }

  async function shutdown(seconds) {
    await within(seconds, "shutting the kernel down", panel().sessionContext.shutdown());
  }

  /** Open a notebook without a kernel. */
  async function read(path, seconds) {
    await until(seconds, "JupyterLab's start", () => app()?.shell);
    await within(seconds, "restoring the workspace", app().restored);
    if (panel()?.content.widgets) panel().dispose();
    const kernelPreference = { shouldStart: false, canStart: false };
    const opened = app().commands.execute("docmanager:open", { path, kernelPreference });
    const opening = await within(seconds, `opening ${path}`, opened);
    await within(seconds, `reading ${path}`, opening.context.ready);
    await within(seconds, `drawing ${path}`, opening.revealed);
  }

  const seen = (each) => each.checkVisibility({ visibilityProperty: true }) && each.offsetHeight > 0;

  /** The stills that a notebook has, whether they are on the page by now or not. */
  function saved() {
    const all = panel().content.widgets.flatMap((_, index) => outputs(index));
    return all.filter((each) => JSON.stringify(each.data ?? "").includes("mpp-still")).length;
  }

  /** What is shown of them, and what stands for lost ones. */
  function views() {
    const all = (selector) => [...panel().node.querySelectorAll(selector)];
    const said = (text) =>
      all(".jp-OutputArea-output").filter(
        (each) => seen(each) && each.innerText.startsWith(text),
      ).length;
    const readable = (each) => seen(each) && (each.innerText.trim() || each.querySelector("img"));
    return {
      stills: all(".mpp-still").length,
      readable: all(".mpp-still").filter(readable).length,
      lost: said("Error displaying widget"),
      waiting: said("Loading widget"),
    };
  }

  /** What is shown once every output is drawn and nothing is being loaded. */
  async function settled(seconds) {
    const done = () => views().stills >= saved() && !views().waiting;
    await until(seconds, "drawing every view", done);
    return views();
  }

  /** Note from now on whether any still is seen, be it for one frame. */
  function watchStills() {
    window.flashed = 0;
    const look = () => {
      window.flashed += [...document.querySelectorAll(".mpp-still")].filter(seen).length;
      requestAnimationFrame(look);
    };
    look();
  }

  /** Save the notebook once with the state of its widgets in it. */
  async function saveState(seconds) {
    const toggle = "@jupyter-widgets/jupyterlab-manager:saveWidgetState";
    await within(seconds, toggle, app().commands.execute(toggle));
    await within(seconds, "saving", panel().context.save());
    await within(seconds, toggle, app().commands.execute(toggle));
  }

  async function theme(dark, seconds) {
    const name = dark ? "JupyterLab Dark" : "JupyterLab Light";
    await within(seconds, name, app().commands.execute("apputils:change-theme", { theme: name }));
    await until(seconds, name, () => document.body.dataset.jpThemeLight === String(!dark));
  }

  return {
    ready, start, finish, outputs, says, runAll, restart, interrupt, shutdown,
    theme, read, settled, watchStills, saveState,
    count: () => panel().content.widgets.length,
    source: (index) => cell(index).model.sharedModel.getSource(),
    kind: (index) => cell(index).model.type,
    setSource: (index, source) => cell(index).model.sharedModel.setSource(source),
    show: (index) => panel().content.scrollToItem(index, "start"),
    save: () => panel().context.save(),
  };
})();
