// The site's own Pyodide, in Node: load it, serve, connect, redefine. What Python says goes to stdout.
import { readFileSync } from "node:fs";
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
python.FS.writeFile("order_faults.py", readFileSync(process.argv[3], "utf8"));
const told = await python.runPythonAsync(`
import asyncio, json, sys
from micropie import App
from micropie.testing import explore
from playground import ClientClosed, HandshakeRefused, serve
from order_faults import FAULTS

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

# Between client and app: a message that is stopped, one that is held, and what changes.
class Shop(App):
    def __init__(self):
        super().__init__()
        self.sold = []

    async def ws_buy(self, ws):
        await ws.accept()
        async for item in ws:
            self.sold.append(item)
            await ws.send_text(f"{len(self.sold)} {item}")

await alice.close()
await lab.swap(Shop)
lab.see("sold")
bob = await lab.connect("/buy", client="bob")
point = lab.break_at("client:bob kind:text")
await bob.send("tea")
pause = await lab.paused()
between = [pause.entry.data, *(each.waits_for for each in lab.handlers())]
pause.step()
pause = await lab.paused()
between += [await bob.receive()]
point.remove()
with lab.network.hold("bob", "to app"):
    await bob.send("cake")
    await lab.until("client:bob cake")
    between += [each.data for each in lab.network.held]
    lab.network.held[0].deliver()
    between += [await bob.receive()]
with lab.network(delay=0.01, seed=1):
    await bob.send("pie")
    between += [await bob.receive()]
between += [entry.data for entry in lab.log.filter("kind:state")]
lab.network.cut("bob")
try:
    await bob.receive()
except ClientClosed as end:
    between += [end.code]

# Again against new code, in every order, and broken on purpose: in place, on the one thread.
class Chat(App):
    def __init__(self):
        super().__init__()
        self.people = {}

    async def ws_chat(self, ws, name):
        await ws.accept()
        self.people[name] = ws
        try:
            async for message in ws:
                for each in self.people.values():
                    await each.send_text(f"{name}: {message[:3]}")
        finally:
            del self.people[name]

class Quiet(Chat):
    async def ws_chat(self, ws, name):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{name}: {message[:3]}")

async def party(play):
    ann, bob = [await play.connect(f"/chat?name={name}", name=name) for name in ("ann", "bob")]
    await asyncio.gather(ann.send("tea"), bob.close())

lab.log.clear()
await lab.swap(Chat)
ann, cat = [await lab.connect(f"/chat?name={name}", client=name) for name in ("ann", "cat")]
await ann.send("tea")
await cat.receive()
lab.keep("tea", "client:ann")
again = [lab.kept.counts, (await lab.kept.ready()).counts]
explored = await lab.explore(party)
for seed in range(6):  # a busy machine has few conversations in two seconds
    broken = await lab.fuzz("/chat", seconds=2, seed=seed)
    if broken:
        break
await lab.swap(Quiet)
await lab.kept.ready()
again += [lab.kept.counts, explored.found, len(broken) > 0]
seeded = [name for name, fault in FAULTS.items() if explore(fault.faulty, fault.script, invariant=fault.invariant)]
lab.stop()
told = {"again": again, "seeded": len(seeded)}
told |= {"platform": sys.platform, "heard": heard, "page": page, "refused": status, "note": note}
told |= {"visits": visits, "ticked": ticked, "between": between}
absent = [name for name in ("uvicorn", "websockets", "httpx2", "uvloop") if name in sys.modules]
json.dumps(told | {"absent": absent, "entries": len(lab.log)})
`);
process.stdout.write(JSON.stringify({ ...JSON.parse(told), longest }), () => process.exit());
