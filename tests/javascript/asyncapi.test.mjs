import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Parser } from "@asyncapi/parser";

// Written by `python -m tests.micropie.describing.course`, and held to the notebooks by a test.
const place = new URL("asyncapi-documents.json", import.meta.url);
const documents = JSON.parse(readFileSync(place, "utf8"));

// The parser's own scale: an error is 0, a warning 1.
const WARNING = 1;

// It reads the specification's own schemas once.
const parser = new Parser();

for (const [name, document] of Object.entries(documents))
  test(`AsyncAPI's own parser takes the document of ${name}`, async () => {
    const { document: parsed, diagnostics } = await parser.parse(document);
    const wrong = diagnostics.filter((each) => each.severity <= WARNING);
    assert.deepEqual(
      wrong.map((each) => `${each.path.join(".")}: ${each.message}`),
      [],
    );
    assert.equal(parsed.allChannels().length, Object.keys(document.channels).length);
  });
