import assert from "node:assert/strict";
import test from "node:test";

import {
  bitRows,
  byteSays,
  hexBytes,
  letter,
  unmasked,
} from "../../playground/widgets/static/traffic/bits.js";

const FLAGS = [
  ["FIN", 1, "1", ""],
  ["RSV1", 1, "0", ""],
  ["RSV2", 1, "0", ""],
  ["RSV3", 1, "0", ""],
  ["opcode", 4, "0x1", ""],
  ["MASK", 1, "1", ""],
];
const KEY = ["Masking-key", 32, "37 fa 21 3d", ""];

const shown = (parts, size) =>
  bitRows([...FLAGS, ...parts], size).map((row) =>
    row.slice(row[0].name === "FIN" ? 6 : 0).map((cell) => [cell.name, cell.bits, cell.value]),
  );

test("a short frame is drawn as RFC 6455 draws it", () => {
  assert.deepEqual(shown([["Payload len", 7, "5", ""], KEY], 5), [
    [
      ["Payload len", 7, "5"],
      ["Masking-key", 16, "37 fa"],
    ],
    [
      ["Masking-key", 16, "21 3d"],
      ["Payload data", 16, "2 of 5"],
    ],
    [["Payload data", 24, ""]],
  ]);
});

test("each of the three forms of length fills rows of 32 bits", () => {
  const forms = [
    [],
    [["Extended payload length", 16, "126", ""]],
    [["Extended payload length", 64, "65,536", ""]],
  ];
  for (const form of forms)
    for (const key of [[], [KEY]]) {
      const parts = [...FLAGS, ["Payload len", 7, "126", ""], ...form, ...key];
      const rows = bitRows(parts, 70_000);
      const widths = rows.map((row) => row.reduce((sum, cell) => sum + cell.bits, 0));
      assert.ok(widths.every((width) => width === 32));
      const names = rows.flat().filter((cell) => !cell.goesOn);
      assert.deepEqual(
        names.map((cell) => cell.name),
        [...parts.map(([name]) => name), "Payload data"],
      );
      for (const [name, , value] of form)
        assert.equal(
          rows.flat().filter((cell) => cell.name === name && cell.value === value).length,
          1,
        );
    }
});

test("without a payload nothing is drawn behind the header", () => {
  assert.deepEqual(shown([["Payload len", 7, "0", ""]], 0), [[["Payload len", 7, "0"]]]);
});

test("a byte is unmasked by the byte of the key that stands above it", () => {
  const [head, key] = [hexBytes("7f9f4d5158"), hexBytes("37fa213d")];
  assert.equal(String.fromCharCode(...unmasked(head, key)), "Hello");
  assert.equal(
    byteSays(head, key, 4, ""),
    "Byte 5: 58 XOR 37 (byte 1 of the key) = 6f, “o”. 01011000 ⊕ 00110111 = 01101111",
  );
  assert.equal(
    byteSays([3, 232], [], 0, "of the close code"),
    "Byte 1: 03, of the close code. Not masked.",
  );
  assert.equal(byteSays([255], [], 0, ""), "Byte 1: ff. Not masked.");
  assert.deepEqual([32, 65, 200].map(letter), ["␣", "A", "·"]);
  assert.deepEqual(hexBytes(""), []);
});
