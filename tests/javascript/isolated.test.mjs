import assert from "node:assert/strict";
import { test } from "node:test";

const { ledTo, prefixOf, within } = await import("../../playground/entrance/static/within.js");

const BASE = "https://hub.example/user/ada/proxy/8765/";

test("an address of the app's is one below its prefix", () => {
  const own = ["", "echo", "a/b?next=../../api", "a.b/..c/c..", "%20x", "a%2Fb", "?x#y"];
  for (const path of own) assert.ok(within(BASE, BASE + path), path);
  assert.equal(within(BASE, `${BASE}a#b`), `${BASE}a`);
  assert.equal(within(BASE, `wss${BASE.slice(5)}echo`), `${BASE}echo`);
});

test("no other address is the app's, however it is written", () => {
  const others = [
    "https://hub.example/user/ada/proxy/8765",
    "https://hub.example/user/ada/proxy/87650/",
    "https://hub.example/user/ada/api/kernels",
    "https://evil.example/user/ada/proxy/8765/",
    "http://hub.example/user/ada/proxy/8765/",
    "https://hub.example@evil.example/user/ada/proxy/8765/",
    "https://ada:x@hub.example/user/ada/proxy/8765/",
    "//evil.example/",
    "/user/ada/api/kernels",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://[",
  ];
  const climbing = [
    "../../api/kernels",
    "..",
    "a/../../9999/",
    "%2e%2e/%2E%2e/api",
    "..\\..\\api",
    "..%2f..%2fapi",
    "%2e%2e%2fapi",
    "..%5c..%5capi",
    "%252e%252e%252fapi",
    "%25252e%25252e/api",
    "a/..%2f..%2fapi",
    "..;/..;/api",
    "..%3b/api",
    "%2e%2e;x/api",
  ];
  for (const url of [...others, ...climbing.map((each) => BASE + each)])
    assert.equal(within(BASE, url), "", url);
});

test("a redirect of an app that knows nothing of its prefix leads below it", () => {
  assert.equal(ledTo(BASE, `${BASE}a/b`, "/login?x"), `${BASE}login?x`);
  assert.equal(ledTo(BASE, `${BASE}a/b`, "c"), `${BASE}a/c`);
  assert.equal(within(BASE, ledTo(BASE, BASE, "//evil.example/")), "");
  assert.equal(within(BASE, ledTo(BASE, BASE, "/\\evil.example/")), "");
  assert.equal(within(BASE, ledTo(BASE, BASE, "/../../api/kernels")), "");
});

test("the prefix is what the proxy says, or what has the lab's port in it", () => {
  const path = "/user/ada/proxy/8765/a%2Fb%2Fc%2Fd%2Fe";
  assert.equal(prefixOf(path, "/user/ada/proxy/8765", 8765), "/user/ada/proxy/8765/");
  assert.equal(prefixOf(path, "", 8765), "/user/ada/proxy/8765/");
  assert.equal(prefixOf("/user/ada/proxy/8765/proxy/8765/x", "", 8765), "/user/ada/proxy/8765/");
  assert.equal(prefixOf("/proxy/8765/x", "", 8765), "/proxy/8765/");
  assert.equal(prefixOf("/absproxy/8765/x", "", 8765), "/absproxy/8765/");
  assert.equal(prefixOf("/user/ada/chat/x", "/user/ada/chat", 8765), "/user/ada/chat/");
  assert.throws(() => prefixOf("/user/ada/proxy/8766/x", "", 8765));
  assert.throws(() => prefixOf("/user/ada/other/", "/user/ada/chat", 8765));
});
