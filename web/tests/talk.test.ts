import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { figuresOf } from "../src/chat/model-figures.ts";
import { fitted } from "../src/chat/shown-picture.ts";
import { languageOf } from "../src/language/language.ts";
import { textsOf } from "../src/studio/personas.ts";
import { base64FromBytes } from "../src/audio/pcm.ts";
import { Conversation } from "../src/realtime/conversation.ts";
import { FakeAudioContext, FakeSocket, tone } from "./fakes.ts";

const IDS = { response_id: "r1", item_id: "a1" };

let talk: Conversation;
let socket: FakeSocket;
/** Of each connection, whether nothing had been said before it. */
let fresh: boolean[];

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

async function connected(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  socket = FakeSocket.all.at(-1) as FakeSocket;
  socket.onopen?.();
  socket.says("session.created", { session: { id: "s" } });
}

/** Let *seconds* pass, for timers and for the loudspeaker. */
async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < Math.round(seconds * 20); i++) {
    FakeAudioContext.now += 0.05;
    await vi.advanceTimersByTimeAsync(50);
    talk.frame();
  }
}

function answerBegins(seconds: number): void {
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

function answerEnds(status = "completed"): void {
  socket.says("response.done", { response: { id: "r1", status, output: [] } });
}

describe("an answer", () => {
  it("moves the mouth and the captions while it sounds, and rests afterwards", async () => {
    answerBegins(3);
    answerEnds();
    await pass(1.5);
    expect(talk.performer.playing.value).toBe(true);
    expect(talk.behaviour.value).toBe("speaking");
    expect(talk.performer.mouth).toBeCloseTo(0.61, 1);
    expect(talk.dialogue.transcript.value[0].text.slice(0, talk.dialogue.transcript.value[0].spoken)).toBe("One two");
    await pass(2.5);
    expect(talk.performer.playing.value).toBe(false);
    expect(talk.performer.mouth).toBeCloseTo(0);
    expect(talk.dialogue.transcript.value[0]).toMatchObject({ status: "done", spoken: 14 });
  });

  it("reports how much has been heard, at least every 200 ms and at its end", async () => {
    answerBegins(2);
    answerEnds();
    await pass(3);
    const reports = socket.sentOf("avatar.playback").map((event) => event.played_ms);
    expect(reports.length).toBeGreaterThanOrEqual(9);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));
    expect(reports.at(-1)).toBe(2000);
  });

  it("tells once how it sounded and looked", async () => {
    answerBegins(0.5);
    await pass(1);
    socket.says("response.output_audio.delta", { ...IDS, delta: tone(1) });
    answerEnds();
    await pass(2);
    const [report, ...others] = socket.sentOf("avatar.playback.report");
    expect(others).toEqual([]);
    expect(report).toMatchObject({ item_id: IDS.item_id, underruns: 1 });
    expect(Math.abs(report.stalled_ms - 540)).toBeLessThan(60);
    expect(report.drift_ms).toBeGreaterThan(0);
    expect(report.drift_ms).toBeLessThan(60);
  });

  it("of which a part comes late leaves a gap with the mouth at rest, and goes on", async () => {
    answerBegins(0.5);
    await pass(1);
    expect(talk.performer.playing.value).toBe(false);
    expect(talk.behaviour.value).toBe("speaking");
    expect(talk.performer.mouth).toBeCloseTo(0);
    socket.says("response.output_audio.delta", { ...IDS, delta: tone(1) });
    await pass(0.4);
    expect(talk.performer.playing.value).toBe(true);
    expect(talk.performer.underruns.value).toBe(1);
  });
});

describe("barge-in", () => {
  it("silences at once, tells how much was heard, and keeps only that", async () => {
    answerBegins(3);
    await pass(1.5);
    socket.says("input_audio_buffer.speech_started", { item_id: "u1", audio_start_ms: 0 });
    expect(talk.performer.playing.value).toBe(false);
    expect(FakeAudioContext.stopped.every((at) => at <= FakeAudioContext.now + 0.0201)).toBe(true);
    expect(FakeAudioContext.stopped).toHaveLength(1);
    const [cut] = socket.sentOf("conversation.item.truncate");
    expect(cut).toMatchObject({ item_id: "a1", content_index: 0 });
    expect(Math.abs(cut.audio_end_ms - 1460)).toBeLessThan(60);
    expect(talk.dialogue.transcript.value[0]).toMatchObject({ text: "One two", status: "interrupted" });
  });

  it("is deaf to what still arrives of the answer", async () => {
    answerBegins(3);
    await pass(0.5);
    socket.says("input_audio_buffer.speech_started", { item_id: "u1", audio_start_ms: 0 });
    const started = FakeAudioContext.started.length;
    socket.says("response.output_audio.delta", { ...IDS, delta: tone(1) });
    socket.says("response.output_audio_transcript.delta", { ...IDS, delta: " Four." });
    answerEnds("cancelled");
    await pass(0.5);
    expect(FakeAudioContext.started).toHaveLength(started);
    expect(talk.dialogue.transcript.value.map((line) => line.text)).toEqual(["One", ""]);
  });

  it("before the first word leaves no empty line behind", () => {
    socket.says("response.created", { response: { id: "r1", status: "in_progress" } });
    socket.says("response.output_item.added", { response_id: "r1", item: { id: "a1", type: "message", role: "assistant" } });
    const output = [{ id: "a1", type: "message", role: "assistant" }];
    socket.says("response.done", { response: { id: "r1", status: "cancelled", output } });
    expect(talk.dialogue.transcript.value).toEqual([]);
  });

  it("while nothing sounds cuts nothing", () => {
    socket.says("input_audio_buffer.speech_started", { item_id: "u1", audio_start_ms: 0 });
    expect(socket.sentOf("conversation.item.truncate")).toEqual([]);
  });

  it("by the stop button also ends the work on the server", async () => {
    answerBegins(3);
    await pass(1);
    talk.stop();
    expect(socket.sentOf("response.cancel")).toHaveLength(1);
    expect(socket.sentOf("conversation.item.truncate")).toHaveLength(1);
  });
});

describe("typing", () => {
  it("adds the line, asks for an answer, and measures how long its sound takes", async () => {
    expect(talk.say("Hello")).toBe(true);
    const [{ item }] = socket.sentOf("conversation.item.create");
    expect(item.content[0]).toEqual({ type: "input_text", text: "Hello" });
    expect(socket.sentOf("response.create")).toHaveLength(1);
    socket.says("conversation.item.added", { item });
    expect(talk.dialogue.transcript.value.map((line) => line.text)).toEqual(["Hello"]);
    await pass(0.5);
    answerBegins(1);
    const [turn] = talk.turns.value;
    expect(turn).toMatchObject({ kind: "typed", responseId: "r1" });
    expect(Math.abs((turn.answerMs as number) - 540)).toBeLessThan(20);
  });
});

describe("showing a picture", () => {
  it("sends it with the words, and asks for an answer", async () => {
    talk.say("What is this?", "data:image/jpeg;base64,AAAA");
    const [{ item }] = socket.sentOf("conversation.item.create");
    expect(item.content).toEqual([
      { type: "input_text", text: "What is this?" },
      { type: "input_image", image_url: "data:image/jpeg;base64,AAAA" },
    ]);
    expect(socket.sentOf("response.create")).toHaveLength(1);
    expect(talk.dialogue.transcript.value.map(({ text }) => text)).toEqual(["What is this?"]);
  });

  it("makes it no larger than it needs to be", () => {
    expect(fitted(4000, 3000)).toEqual({ width: 1024, height: 768 });
    expect(fitted(640, 480)).toEqual({ width: 640, height: 480 });
    expect(fitted(9000, 2)).toEqual({ width: 1024, height: 1 });
  });
});

describe("another language model", () => {
  it("opens a new session, which is told what was said", async () => {
    talk.say("Hello");
    answerBegins(1);
    answerEnds();
    await pass(2);
    talk.renew();
    await connected();
    expect(FakeSocket.all).toHaveLength(2);
    expect(socket.sentOf("conversation.item.create").map(({ item }) => item.role)).toEqual(["user", "assistant"]);
  });

  it("says what was measured of it, and nothing else", () => {
    const model = { id: "a", about: "", remote: false, default: true, tokens_per_s: 11.5, first_token_s: 0.57, quality: 0.8 };
    expect(figuresOf(model)).toEqual(["Right in 80 of 100 test questions.", "Begins after 0.6 s.", "12 tokens a second."]);
    expect(figuresOf({ ...model, remote: true, tokens_per_s: null, first_token_s: null, quality: null })).toEqual(["What is said leaves this machine."]);
  });
});

describe("characters to start from", () => {
  const template = {
    id: "guide", name: { en: "Guide", zh: "讲解员" }, about: { en: "Tells.", zh: "讲。" }, persona: { en: "You tell." },
    greeting: { en: "Hi!", zh: "你好！" }, voice_tags: [],
  };

  it("are shown in the reader's language where there is one", () => {
    expect([languageOf(["zh-CN", "en"]), languageOf(["fr", "zh"]), languageOf(["de"]), languageOf([])]).toEqual(["zh", "zh", "en", "en"]);
    expect(textsOf(template, "zh")).toEqual({ name: "讲解员", about: "讲。", persona: "You tell.", greeting: "你好！" });
  });
});

describe("a lost connection", () => {
  it("comes back by itself, with the settings and the last lines", async () => {
    talk.configure({ instructions: "Be brief." });
    talk.say("Hello");
    answerBegins(1);
    answerEnds();
    await pass(2);
    socket.onclose?.({ reason: "going away" });
    expect(talk.connection.value).toMatchObject({ state: "waiting", reason: "going away" });
    await vi.advanceTimersByTimeAsync(2000);
    await connected();
    expect(FakeSocket.all).toHaveLength(2);
    expect(socket.sentOf("session.update")[0].session.instructions).toBe("Be brief.");
    const kept = socket.sentOf("conversation.item.create").map(({ item }) => [item.role, (item.content[0] as { text: string }).text]);
    expect(kept).toEqual([["user", "Hello"], ["assistant", "One two three."]]);
  });
});

describe("a connection lost half way", () => {
  const token = (name: string) => socket.says("avatar.resume_token", { token: name, expires_in_s: 30, seq: 0 });

  async function lost(): Promise<void> {
    socket.onclose?.({ reason: "", code: 1006 });
    await vi.advanceTimersByTimeAsync(1300);
    socket = FakeSocket.all.at(-1) as FakeSocket;
    socket.onopen?.();
  }

  it("is taken up again where it was, and the answer goes on sounding", async () => {
    token("one");
    talk.say("Did you hear this?");
    answerBegins(4);
    await pass(1);
    socket.says("avatar.state", { state: "speaking", seq: 7 });
    await lost();
    expect(socket.url).toBe("ws://x/?last_seq=7");
    expect(socket.protocols).toEqual(["realtime", "avatar-resume.one"]);
    expect(socket.sentOf("conversation.item.create")).toEqual([]);
    socket.says("avatar.resume_token", { token: "two", expires_in_s: 30, seq: 0, received: 0 });
    expect(socket.sentOf("conversation.item.create"), "it was lost with the connection").toHaveLength(1);
    expect(talk.performer.answers.playing).toBe(true);
    expect(socket.sentOf("session.update")).toEqual([]);
    socket.says("response.output_audio.delta", { ...IDS, delta: tone(1), seq: 8 });
    await lost();
    expect([socket.url, socket.protocols[1]]).toEqual(["ws://x/?last_seq=8", "avatar-resume.two"]);
  });

  it("begins anew when the session is gone", async () => {
    token("one");
    talk.say("Hello");
    answerBegins(4);
    await pass(1);
    await lost();
    socket.says("error", { error: { code: "resume_expired", message: "over" } });
    expect(talk.notice.value).toBeNull();
    socket.onclose?.({ reason: "over", code: 1008 });
    expect(talk.performer.answers.playing).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    await connected();
    expect([socket.url, socket.protocols]).toEqual(["ws://x", []]);
    expect(socket.sentOf("conversation.item.create").length).toBeGreaterThan(0);
  });

  it("goes on at another gateway when its own stops, and says nothing in between", async () => {
    token("one");
    socket.says("avatar.moving", { within_s: 20, seq: 1 });
    talk.say("Hello");
    expect(socket.sentOf("response.create")).toHaveLength(1);
    socket.says("avatar.moving", { within_s: 0, seq: 2 });
    expect(socket.sentOf("avatar.move")).toHaveLength(1);
    talk.say("Nobody hears this");
    expect(socket.sentOf("response.create")).toHaveLength(1);
    socket.onclose?.({ reason: "", code: 1012 });
    expect(talk.connection.value).toMatchObject({ state: "waiting", resuming: true });
    await vi.advanceTimersByTimeAsync(1300);
    socket = FakeSocket.all.at(-1) as FakeSocket;
    expect([socket.url, socket.protocols[1]]).toEqual(["ws://x/?last_seq=2", "avatar-resume.one"]);
  });

  it("is not looked for when the server has closed it", async () => {
    token("one");
    socket.onclose?.({ reason: "full", code: 1009 });
    expect(talk.connection.value).toMatchObject({ state: "waiting", resuming: false });
    await vi.advanceTimersByTimeAsync(2000);
    expect((FakeSocket.all.at(-1) as FakeSocket).url).toBe("ws://x");
  });
});

describe("trouble", () => {
  it("is shown in the server's words, unless it only came too late", () => {
    socket.says("error", { error: { code: "response_cancel_not_active", message: "late" } });
    expect(talk.notice.value).toBeNull();
    socket.says("error", { error: { code: "overloaded", message: "no room" } });
    expect(talk.notice.value).toBe("no room");
    talk.dismiss();
    expect(talk.notice.value).toBeNull();
  });

  it("with one message does not stop the next", () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    socket.onmessage?.({ data: "{" });
    socket.says("avatar.state", { state: "thinking" });
    expect(talk.behaviour.value).toBe("thinking");
  });
});

it("greets who comes, and nobody twice", async () => {
  socket.onclose?.({ reason: "" });
  await vi.advanceTimersByTimeAsync(1000);
  await connected();
  talk.say("Hello.");
  socket.onclose?.({ reason: "" });
  await vi.advanceTimersByTimeAsync(3000);
  expect(fresh).toEqual([true, true, false]);
});

describe("two questions, the second before the first one's answer begins", () => {
  const kinds = () => socket.sent.map(({ type }) => type).filter((type) => type.startsWith("response."));

  it("gives the first up, and hears the second", async () => {
    talk.say("What is rain?");
    talk.say("No, what is snow?");
    expect(kinds()).toEqual(["response.create", "response.cancel", "response.create"]);
    answerBegins(3);
    answerEnds("cancelled");
    await pass(0.5);
    expect(talk.performer.playing.value).toBe(false);
    socket.says("response.created", { response: { id: "r2", status: "in_progress" } });
    socket.says("response.output_audio.delta", { response_id: "r2", item_id: "a2", delta: tone(1) });
    await pass(0.5);
    expect(talk.performer.playing.value).toBe(true);
  });

  it("cancels nothing once the first is answered", async () => {
    talk.say("What is rain?");
    answerBegins(1);
    answerEnds();
    await pass(2);
    talk.say("And snow?");
    expect(kinds()).toEqual(["response.create", "response.create"]);
  });
});

describe("a page that nobody looks at, and of which no frame is drawn", () => {
  async function unseen(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      FakeAudioContext.now += 1;
      await vi.advanceTimersByTimeAsync(1000);
    }
  }

  it("keeps nothing of answers that were heard, and reports each", async () => {
    for (let i = 0; i < 20; i++) {
      answerBegins(3);
      answerEnds();
      await unseen(5);
      expect(talk.performer.answers.current).toBeUndefined();
    }
    expect(socket.sent.filter(({ type }) => type === "avatar.playback.report")).toHaveLength(20);
  });

  it("is in time with the first frame when it is looked at again", async () => {
    answerBegins(3);
    talk.frame();
    await unseen(2);
    talk.frame();
    expect(talk.dialogue.transcript.value.at(-1)?.spoken).toBe("One two".length);
    expect(talk.performer.mouth).toBeGreaterThan(0.1);
  });
});
