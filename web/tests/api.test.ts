import { describe, expect, it } from "vitest";
import { SseParser, sseEvents } from "../src/api/sse.ts";
import { readManifest, openPackage, PackageError } from "../src/avatars/package.ts";
import { easeTowards, EXPRESSIONS, layered, poseOf } from "../src/studio/poses.ts";
import { restPose } from "../src/motion/channels.ts";
import { strToU8, zipSync } from "fflate";

describe("server-sent events", () => {
  it("come out whole, however the stream is cut", () => {
    const text = 'event: progress\ndata: {"fraction":0.5}\n\n: comment\n\nevent: done\r\ndata: a\r\ndata: b\r\n\r\n';
    for (const size of [1, 3, 7, 1000]) {
      const parser = new SseParser();
      const events = [];
      for (let i = 0; i < text.length; i += size) events.push(...parser.push(text.slice(i, i + size)));
      expect(events).toEqual([
        { event: "progress", data: '{"fraction":0.5}' },
        { event: "done", data: "a\nb" },
      ]);
    }
  });

  it("are read from a response", async () => {
    const seen = [];
    for await (const event of sseEvents(new Response("data: 你好\n\n"))) seen.push(event);
    expect(seen).toEqual([{ event: "message", data: "你好" }]);
  });
});

describe("avatar packages", () => {
  const manifest = { schema: "avatar-serving/package", version: 1, type: "portrait", id: "x", name: "Ada", rest_weights: [0] };

  function zipped(files: Record<string, Uint8Array>): ArrayBuffer {
    return zipSync(files).slice().buffer as ArrayBuffer;
  }

  it("open", async () => {
    const files = { "manifest.json": strToU8(JSON.stringify(manifest)), "avatar.glb": strToU8("glTF"), "background.webp": strToU8("RIFF") };
    const opened = await openPackage(zipped(files));
    expect(opened.manifest.name).toBe("Ada");
    expect(new TextDecoder().decode(opened.model)).toBe("glTF");
    expect(opened.background.size).toBe(4);
  });

  it("say what is missing", async () => {
    await expect(openPackage(zipped({ "manifest.json": strToU8(JSON.stringify(manifest)) }))).rejects.toThrow("avatar.glb is missing");
    await expect(openPackage(new ArrayBuffer(10))).rejects.toThrow(PackageError);
  });

  it.each([{ schema: "other" }, { version: 3 }, { type: "body" }, { rest_weights: undefined }])("of another kind are refused: %j", (change) => {
    expect(() => readManifest(strToU8(JSON.stringify({ ...manifest, ...change })))).toThrow(PackageError);
  });
});

describe("expressions", () => {
  it("keep weights within 0..1 over any idle pose, and add up angles", () => {
    const idle = restPose().fill(0.6);
    const out = restPose();
    for (const expression of EXPRESSIONS) {
      layered(idle, poseOf(expression), out);
      expect(Math.max(...out.subarray(0, 52))).toBeLessThanOrEqual(1);
    }
    layered(idle, poseOf(EXPRESSIONS.find(({ name }) => name === "Look left") ?? null), out);
    expect(out[52]).toBeCloseTo(15.6);
  });

  it("are reached smoothly", () => {
    const current = restPose();
    const target = poseOf(EXPRESSIONS[0]);
    easeTowards(current, target, 1 / 60);
    const first = current[23];
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(0.2);
    for (let i = 0; i < 60; i++) easeTowards(current, target, 1 / 60);
    expect(current[23]).toBeCloseTo(0.8, 2);
  });
});
