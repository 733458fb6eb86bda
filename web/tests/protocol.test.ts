import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { IGNORED, MalformedEvent, parseServerEvent } from "../src/protocol.ts";

const GOLDEN = fileURLToPath(new URL("../../tests/golden/protocol/", import.meta.url));

describe("reading messages", () => {
  it("gives a known message its type", () => {
    const event = parseServerEvent('{"type":"avatar.state","event_id":"e","state":"thinking"}');
    expect(event).toMatchObject({ type: "avatar.state", state: "thinking" });
  });

  it("passes over what a later version may send", () => {
    expect(parseServerEvent('{"type":"avatar.hologram","x":1}')).toBeNull();
  });

  it.each(["", "[]", "null", "{}", '{"type":1}', '{"type":"avatar.words","response_id":"r","item_id":"i","words":{}}'])(
    "refuses %j",
    (text) => expect(() => parseServerEvent(text)).toThrow(MalformedEvent),
  );
});

const files = existsSync(GOLDEN) ? readdirSync(GOLDEN).filter((name) => name.endsWith(".json")) : [];

describe.runIf(files.length > 0)("the golden messages", () => {
  it.each(files)("%s", (name) => {
    const text = readFileSync(GOLDEN + name, "utf8");
    const { type } = JSON.parse(text) as { type: string };
    expect(parseServerEvent(text)?.type ?? (IGNORED.includes(type) ? type : null)).toBe(type);
  });
});
