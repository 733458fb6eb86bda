/** What the tests of a conversation share: one that has begun, and an answer in it. */
import { afterEach, beforeEach, vi } from "vitest";
import { base64FromBytes } from "../src/audio/pcm.ts";
import { Conversation } from "../src/realtime/conversation.ts";
import { FakeAudioContext, FakeSocket, tone } from "./fakes.ts";

export const IDS = { response_id: "r1", item_id: "a1" };

export let talk: Conversation;
export let socket: FakeSocket;
/** Of each connection, whether nothing had been said before it. */
export let fresh: boolean[];

/** A conversation for each test, with a socket, a loudspeaker and a clock that it moves. */
export function conversing(): void {
  beforeEach(async () => {
    vi.useFakeTimers();
    vi.stubGlobal("AudioContext", FakeAudioContext);
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("removeEventListener", () => undefined);
    Object.assign(FakeAudioContext, { now: 0, started: [], stopped: [] });
    FakeSocket.all = [];
    fresh = [];
    talk = new Conversation(async (now) => {
      fresh.push(now);
      return { url: "ws://x", protocols: [] };
    });
    talk.open();
    await connected();
  });

  afterEach(async () => {
    await talk.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

/** The newest socket opens. */
export function opened(): void {
  socket = FakeSocket.all.at(-1) as FakeSocket;
  socket.onopen?.();
}

/** It opens, and begins a session. */
export async function connected(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  opened();
  socket.says("session.created", { session: { id: "s" } });
}

/** Let *seconds* pass, for timers and for the loudspeaker. */
export async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < Math.round(seconds * 20); i++) {
    FakeAudioContext.now += 0.05;
    await vi.advanceTimersByTimeAsync(50);
    talk.frame();
  }
}

export function answerBegins(seconds: number): void {
  socket.says("response.created", { response: { id: "r1", status: "in_progress" } });
  socket.says("response.output_item.added", { response_id: "r1", item: { id: "a1", type: "message", role: "assistant" } });
  socket.says("avatar.animation.started", { ...IDS, fps: 30, channels: ["jawOpen"], encoding: "int16" });
  socket.says("response.output_audio_transcript.delta", { ...IDS, delta: "One two three." });
  const words = ["One", "two", "three"].map((text, i) => ({ text, start_ms: i * 1000, end_ms: i * 1000 + 800 }));
  socket.says("avatar.words", { ...IDS, words });
  socket.says("response.output_audio.delta", { ...IDS, delta: tone(seconds) });
  const jaw = new Int16Array(Math.round(seconds * 30)).fill(20_000);
  socket.says("avatar.animation.delta", { ...IDS, time_code: 0, frames: base64FromBytes(new Uint8Array(jaw.buffer)) });
}

export function answerEnds(status = "completed"): void {
  socket.says("response.done", { response: { id: "r1", status, output: [] } });
}
