import { describe, expect, it, vi } from "vitest";
import { figuresOf } from "../src/chat/model-figures.ts";
import { fitted } from "../src/chat/shown-picture.ts";
import { languageOf } from "../src/language/language.ts";
import { textsOf } from "../src/studio/personas.ts";
import { FakeAudioContext, FakeSocket, tone } from "./fakes.ts";
import { IDS, answerBegins, answerEnds, connected, conversing, pass, socket, talk } from "./talking.ts";

conversing();

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
