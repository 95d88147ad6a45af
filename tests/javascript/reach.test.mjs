import assert from "node:assert/strict";
import test from "node:test";

import {
  candidates,
  objection,
  tried,
  whyNone,
} from "../../playground/widgets/static/shared/reach.js";

const PAGE = "https://hub.example/user/ada/lab/tree/a.ipynb";
const urls = (/** @type {any[]} */ found) => found.map((each) => each.url);
const answering =
  (/** @type {any} */ body, status = 200, redirected = false) =>
  async () => ({
    status,
    redirected,
    json: async () => JSON.parse(body),
  });

test("what the lab says comes first, then the notebook's own site, then this machine", () => {
  assert.deepEqual(urls(candidates("https://mine.example/", 8000, PAGE, "/user/ada/")), [
    "https://mine.example/",
    "https://hub.example/user/ada/proxy/8000/",
    "http://127.0.0.1:8000/",
  ]);
});

test("an address is tried once, and none that is no address", () => {
  assert.deepEqual(
    urls(candidates("http://127.0.0.1:8000/", 8000, "http://localhost:8888/lab", "")),
    ["http://127.0.0.1:8000/"],
  );
  assert.deepEqual(urls(candidates("/user/ada/proxy/8000/", 8000, PAGE, "/user/ada")), [
    "https://hub.example/user/ada/proxy/8000/",
    "http://127.0.0.1:8000/",
  ]);
  assert.deepEqual(candidates("", null, PAGE, "/user/ada/"), []);
  assert.deepEqual(candidates("javascript:alert(1)", null, PAGE, "/"), []);
});

test("only the lab's own id proves an address", () => {
  const answer = { status: 200, redirected: false, told: { lab: "a1" } };
  assert.equal(objection(answer, "a1"), "");
  assert.equal(objection(answer, "b2"), "is another lab's");
  assert.equal(objection({ ...answer, told: null }, "a1"), "is not the lab's");
  assert.equal(objection({ ...answer, told: null, redirected: true }, "a1"), "asks for a login");
  assert.equal(objection({ status: 403, redirected: false, told: null }, "a1"), "asks for a login");
  assert.equal(objection({ status: 404, redirected: false, told: null }, "a1"), "answered 404");
});

test("an address is asked at its beacon, and what is no JSON is no answer", async () => {
  const candidate = { url: "http://127.0.0.1:8000/", proxied: false };
  let asked = "";
  const ask = async (/** @type {string} */ url) => {
    asked = url;
    return answering('{"lab": "a1"}')();
  };
  assert.deepEqual(await tried(candidate, "a1", 1000, /** @type {any} */ (ask)), {
    ...candidate,
    ok: true,
    said: "",
  });
  assert.equal(asked, "http://127.0.0.1:8000/.well-known/playground");
  const page = /** @type {any} */ (answering("<html>", 404));
  assert.equal((await tried(candidate, "a1", 1000, page)).said, "answered 404");
});

test("silence and a late answer are told apart", async () => {
  const candidate = { url: "http://127.0.0.1:8000/", proxied: false };
  const refused = async () => {
    throw new TypeError("Failed to fetch");
  };
  assert.equal(
    (await tried(candidate, "a1", 1000, /** @type {any} */ (refused))).said,
    "did not answer",
  );
  const silent = (/** @type {string} */ _, /** @type {any} */ { signal }) =>
    new Promise((_done, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  // AbortSignal.timeout alone does not keep Node running.
  const awake = setTimeout(() => {}, 5000);
  assert.equal(
    (await tried(candidate, "a1", 20, /** @type {any} */ (silent))).said,
    "has not answered for 0.02 s",
  );
  clearTimeout(awake);
});

test("why no address works is one sentence, and what to do another", () => {
  const direct = {
    url: "http://127.0.0.1:8000/",
    proxied: false,
    ok: false,
    said: "did not answer",
  };
  const proxy = {
    url: "https://hub.example/user/ada/proxy/8000/",
    proxied: true,
    ok: false,
    said: "answered 404",
  };
  assert.equal(
    whyNone([proxy, direct]),
    "This page cannot reach the app: hub.example/user/ada/proxy/8000 answered 404 and 127.0.0.1:8000 did not answer. " +
      "Install jupyter-server-proxy beside JupyterLab, and start JupyterLab anew.",
  );
  assert.match(
    whyNone([direct]),
    /^This page cannot reach the app: 127\.0\.0\.1:8000 did not answer\. If you know/,
  );
  assert.match(
    whyNone([{ ...direct, said: "has not answered for 2 s" }, proxy]),
    /lab\.doctor\(\) says which/,
  );
  assert.match(whyNone([{ ...proxy, said: "asks for a login" }]), /Log in to Jupyter again/);
});
