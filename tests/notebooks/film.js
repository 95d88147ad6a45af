// What a film shows beside the page itself: a line that says what happens, and a pointer, since a
// browser without a window draws none. Neither can be clicked, and neither moves the page.

window.film = (() => {
  const LOOK = `
    #film-line {
      align-items: center; background: #1f2937; bottom: 0; box-sizing: border-box; color: #fff; display: flex;
      font: 17px/1.3 system-ui, sans-serif; height: 46px; left: 0; padding: 0 20px; position: fixed; width: 100%;
    }
    #film-pointer { height: 24px; left: 0; position: fixed; top: 0; width: 24px; }
    #film-pointer.film-down::before {
      background: #f59e0b66; border: 2px solid #d97706; border-radius: 50%; box-sizing: border-box;
      content: ""; height: 32px; left: -14px; position: absolute; top: -14px; width: 32px;
    }
    #film-line, #film-pointer { pointer-events: none; z-index: 99999; }
    .film-mark { outline: 3px solid #d97706; outline-offset: -3px; }
    /* A caret that blinks is in some frames and not in others. */
    .cm-cursorLayer { animation: none !important; }
    * { transition: none !important; }
  `;
  const ARROW = "M1 1v17l4.6-4.2 3 6.9 3-1.3-3-6.8h6.2z";

  function svg(name, values) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
    return made;
  }

  function add(name, id) {
    const made = document.createElement(name);
    made.id = id;
    document.body.append(made);
    return made;
  }

  function begin() {
    add("style", "film-look").textContent = LOOK;
    add("div", "film-line");
    const arrow = svg("svg", { viewBox: "0 0 24 24", width: 24, height: 24 });
    arrow.append(svg("path", { d: ARROW, fill: "#111", stroke: "#fff", "stroke-width": 1.4 }));
    add("div", "film-pointer").append(arrow);
  }

  const part = (name) => document.getElementById(`film-${name}`);

  const frame = () => new Promise((done) => requestAnimationFrame(done));

  async function drawn() {
    await frame();
    await frame();
  }

  return {
    begin,
    drawn,
    say: (text) => { part("line").textContent = text; },
    point: (x, y) => { part("pointer").style.transform = `translate(${x}px, ${y}px)`; },
    press: (down) => part("pointer").classList.toggle("film-down", down),
  };
})();
