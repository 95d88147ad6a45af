// Runs a notebook from its top when the site's front page has asked for it.
//
// JupyterLab loads this as it loads any built extension. Law of the file: only a click on the front
// page runs anything, in the tab that it was made in, and once; a link or a reload never does.

(() => {
  const KEY = "micropie-playground:run";
  const asked = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);

  // The notebook's widget, as soon as it is open.
  const opened = (app, path) =>
    new Promise((resolve) => {
      const look = () => {
        const found = [...app.shell.widgets("main")].find((each) => each.context?.path === path);
        if (found) {
          app.shell.currentChanged?.disconnect(look);
          resolve(found);
        }
      };
      app.shell.currentChanged?.connect(look);
      look();
    });

  // As soon as its kernel has nothing to do: what is sent to it before is lost.
  const idle = (context) =>
    new Promise((resolve) => {
      const look = () => {
        if (context.session?.kernel?.status === "idle") {
          context.statusChanged.disconnect(look);
          resolve();
        }
      };
      context.statusChanged.connect(look);
      look();
    });

  // Whoever came to read begins at the top, and not where the last cell is.
  const toTop = (content) => {
    content.activeCellIndex = 0;
    content.deselectAll();
    requestAnimationFrame(() => content.scrollToItem(0));
  };

  const run = async (app, path) => {
    await app.restored;
    const panel = await opened(app, path);
    await panel.context.ready;
    await panel.sessionContext.ready;
    await idle(panel.sessionContext);
    app.shell.activateById(panel.id);
    const running = app.commands.execute("notebook:run-all-cells");
    toTop(panel.content);
    await running;
  };

  const plugin = {
    id: "micropie-playground-run:plugin",
    description: "Runs the notebook that was asked for on the front page.",
    autoStart: true,
    activate: (app) => {
      if (asked) run(app, asked);
    },
  };

  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB["micropie-playground-run"] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
