// The site's own Pyodide, in Node: load it, serve, connect, redefine. What Python says goes to stdout.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]) + "/";
const { loadPyodide } = await import(pathToFileURL(folder + "pyodide.mjs").href);
// Pyodide keeps a timer that is cancelled: a long one for each message would never be free again.
let longest = 0;
const arm = globalThis.setTimeout;
globalThis.setTimeout = (callback, wait, ...rest) => {
  longest = Math.max(longest, wait ?? 0);
  return arm(callback, wait, ...rest);
};
const python = await loadPyodide({ indexURL: folder });
const quiet = { messageCallback: () => {} };
await python.loadPackagesFromImports("from micropie import App\nfrom playground import serve", quiet);
const told = await python.runPythonAsync(`
import json, sys
from micropie import App
from playground import HandshakeRefused, serve

class Echo(App):
    async def index(self):
        return "hello"

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

    async def visits(self):
        self.request.session["visits"] = self.request.session.get("visits", 0) + 1
        return str(self.request.session["visits"])

    async def ticks(self):
        async def events():
            for number in range(1000):
                yield f"data: {number}\\n\\n"

        return 200, events(), [("Content-Type", "text/event-stream")]

class Loud(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())

lab = serve(Echo)
alice = await lab.connect("/echo", client="alice")
await alice.send("hello")
heard = [await alice.receive()]
page = (await lab.get("/")).text
visits = [(await lab.get("/visits", client="alice")).text for _ in range(2)]
async with lab.stream("/ticks") as answer:
    async for event in answer.events():
        ticked = event.data
        break
await lab.swap(Loud)
await alice.send("hello")
heard.append(await alice.receive())
try:
    await lab.connect("/nowhere")
except HandshakeRefused as refused:
    status = refused.status
note = lab.address.note
lab.stop()
told = {"platform": sys.platform, "heard": heard, "page": page, "refused": status, "note": note}
told |= {"visits": visits, "ticked": ticked}
absent = [name for name in ("uvicorn", "websockets", "httpx2", "uvloop") if name in sys.modules]
json.dumps(told | {"absent": absent, "entries": len(lab.log)})
`);
process.stdout.write(JSON.stringify({ ...JSON.parse(told), longest }), () => process.exit());
