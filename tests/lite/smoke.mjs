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
absent = [name for name in ("uvicorn", "websockets", "httpx", "uvloop") if name in sys.modules]
json.dumps(told | {"absent": absent, "entries": len(lab.log)})
`);
process.stdout.write(JSON.stringify({ ...JSON.parse(told), longest }), () => process.exit());
