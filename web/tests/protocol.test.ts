import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { channelIndex, CHANNELS } from "../src/motion/channels.ts";
import { decodeFrames, frameLayout } from "../src/motion/decode.ts";
import { IGNORED, MalformedEvent, parseServerEvent, UNDERSTOOD, type ClientEvent, type ServerEvent } from "../src/protocol.ts";

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


function golden(name: string): string {
  return readFileSync(`${GOLDEN}${name}.json`, "utf8");
}

function goldenNames(folder = ""): string[] {
  return readdirSync(GOLDEN + folder).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}

describe("the golden messages of the server", () => {
  it.each(goldenNames())("%s is understood, or known to be of no use here", (name) => {
    const { type } = JSON.parse(golden(name)) as { type: string };
    expect(parseServerEvent(golden(name))?.type ?? (IGNORED.includes(type) ? type : null)).toBe(type);
  });

  it("are all that this client understands", () => {
    expect(UNDERSTOOD.filter((type) => !goldenNames().includes(type))).toEqual([]);
  });

  it("carry motion in the channels of this client", () => {
    const clips = parseServerEvent(golden("avatar.clips")) as Extract<ServerEvent, { type: "avatar.clips" }>;
    expect(clips.channels).toEqual([...CHANNELS]);
    for (const clip of clips.clips) {
      const poses = decodeFrames(clip.frames, frameLayout(clips.channels));
      expect(poses.length).toBeGreaterThan(0);
      for (const pose of poses) {
        expect(pose.subarray(0, channelIndex("headYaw")).every((weight) => weight >= 0 && weight <= 1)).toBe(true);
        expect(pose.every((value) => Math.abs(value) <= 90)).toBe(true);
      }
    }
  });
});

const SENT: readonly ClientEvent[] = [
  { type: "session.update", session: { type: "realtime", instructions: "", audio: { output: { voice: "v", speed: 1 } }, avatar: { language: "zh" } } },
  { type: "input_audio_buffer.append", audio: "" },
  { type: "conversation.item.create", item: { id: "i", type: "message", role: "user", content: [{ type: "input_text", text: "" }] } },
  { type: "conversation.item.truncate", item_id: "i", content_index: 0, audio_end_ms: 0 },
  { type: "response.create" },
  { type: "response.cancel" },
  { type: "avatar.playback", item_id: "i", played_ms: 0 },
  { type: "avatar.playback.report", item_id: "i", underruns: 0, stalled_ms: 0, drift_ms: 0 },
  {
    type: "avatar.affect", present: true, smile: 0, frown: 0, brow_raise: 0, brow_furrow: 0, eye_wide: 0, jaw_open: 0,
    nose_wrinkle: 0, attention: 1, gesture: "none",
  },
];

describe("what this client sends", () => {
  it.each(SENT)("$type has the fields of its golden message", (event) => {
    expect(pathsOf(JSON.parse(golden(`client/${event.type}`)))).toEqual(expect.arrayContaining(pathsOf(event)));
  });
});

function pathsOf(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, `${at}.${key}`));
}
