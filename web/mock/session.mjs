// One mock conversation: hears loudness, answers with an invented sentence.

import { setTimeout as sleep } from "node:timers/promises";
import { FPS, invent, loudnessAt, motion, pcm } from "./speech.mjs";

const HEAD = ["headYaw", "headPitch", "headRoll"];
const CHUNK_S = 0.2;
const SILENCE_MS = 500;
const ANSWERS = [
  "Hello there. I am only a rehearsal, so my voice is a tone and my thoughts are short.",
  "That is a good question. Let me think about it for a moment, and then tell you something that sounds wise.",
  "You can interrupt me whenever you like. I will stop at once, and I will not mind at all.",
];

export class MockSession {
  constructor(socket, channels) {
    this.socket = socket;
    this.channels = [...channels, ...HEAD];
    this.count = 0;
    this.turn = 0;
    this.answer = null;
    this.heardMs = 0;
    this.speaking = false;
    this.quietMs = 0;
    socket.on("message", (data) => this.receive(JSON.parse(data)));
    socket.on("close", () => (this.answer = null));
    this.send("session.created", { session: this.session() });
    this.send("avatar.clips", this.clips());
    this.state("idle");
  }

  id(prefix) {
    return `${prefix}_${++this.count}`;
  }

  send(type, fields) {
    this.socket.send(JSON.stringify({ type, event_id: this.id("event"), ...fields }));
  }

  session() {
    return { id: "sess_mock", type: "realtime", audio: { output: { voice: "en-1" } } };
  }

  state(state) {
    this.send("avatar.state", { state });
  }

  clips() {
    const behaviours = {
      idle: (t) => ({ headYaw: 2 * Math.sin((2 * Math.PI * t) / 6), mouthSmileLeft: 0.15, mouthSmileRight: 0.15 }),
      listening: (t) => ({ headPitch: 2 * Math.sin((2 * Math.PI * t) / 3), headRoll: 3, browInnerUp: 0.3 }),
      thinking: (t) => ({ headYaw: 6, headPitch: 4, browInnerUp: 0.5 + 0.2 * Math.sin((2 * Math.PI * t) / 3) }),
    };
    const clips = Object.entries(behaviours).map(([behaviour, pose]) => ({
      behaviour,
      frames: motion(this.channels, (t) => ({ ...pose(t), ...blink(t) }), 0, 6),
    }));
    return { fps: FPS, channels: this.channels, encoding: "int16", clips };
  }

  receive(event) {
    if (event.type === "session.update") this.send("session.updated", { session: { ...this.session(), ...event.session } });
    if (event.type === "input_audio_buffer.append") this.hear(Buffer.from(event.audio, "base64"));
    if (event.type === "conversation.item.create") this.send("conversation.item.added", { item: event.item });
    if (event.type === "response.create") void this.respond();
    if (event.type === "response.cancel") this.answer = null;
  }

  hear(bytes) {
    let sum = 0;
    for (let i = 0; i < bytes.length; i += 2) sum += bytes.readInt16LE(i) ** 2;
    const ms = bytes.length / 48;
    this.heardMs += ms;
    const loud = Math.sqrt(sum / (bytes.length / 2)) > 900;
    this.quietMs = loud ? 0 : this.quietMs + ms;
    if (loud && !this.speaking) this.speechStarted();
    if (this.speaking && this.quietMs > SILENCE_MS) void this.speechStopped();
  }

  speechStarted() {
    this.speaking = true;
    this.answer = null;
    this.userItem = this.id("item");
    this.state("listening");
    this.send("input_audio_buffer.speech_started", { item_id: this.userItem, audio_start_ms: Math.round(this.heardMs) });
  }

  async speechStopped() {
    this.speaking = false;
    const item_id = this.userItem;
    this.send("input_audio_buffer.speech_stopped", { item_id, audio_end_ms: Math.round(this.heardMs) });
    this.send("input_audio_buffer.committed", { item_id, previous_item_id: null });
    this.state("thinking");
    await sleep(200);
    const transcript = "What would you like to tell me today?";
    this.send("conversation.item.input_audio_transcription.completed", { item_id, content_index: 0, transcript });
    await this.respond();
  }

  async respond() {
    const ids = { response_id: this.id("resp"), item_id: this.id("item") };
    this.answer = ids.response_id;
    this.state("thinking");
    this.send("response.created", { response: { id: ids.response_id, object: "realtime.response", status: "in_progress" } });
    await sleep(700);
    const text = ANSWERS[this.turn++ % ANSWERS.length];
    this.send("response.output_item.added", { response_id: ids.response_id, item: { id: ids.item_id, type: "message", role: "assistant" } });
    this.send("avatar.animation.started", { ...ids, fps: FPS, channels: this.channels, encoding: "int16" });
    const { spans, seconds } = invent(text);
    this.send("response.output_audio_transcript.delta", { ...ids, delta: text });
    this.send("avatar.words", { ...ids, words: spans.map((s) => ({ text: s.text, start_ms: s.start * 1000, end_ms: s.end * 1000 })) });
    this.state("speaking");
    await this.stream(ids, spans, seconds);
    const status = this.answer === ids.response_id ? "completed" : "cancelled";
    this.send("response.done", { response: { id: ids.response_id, object: "realtime.response", status, output: [] } });
    this.send("avatar.turn", { ...ids, timings_ms: { asr: 190, end_of_turn: 40, llm_first_token: 210, llm_first_clause: 390, tts_first_audio: 120, first_audio_sent: 720 } });
    if (status === "completed") this.state("idle");
  }

  async stream(ids, spans, seconds) {
    const pose = (t) => {
      const open = loudnessAt(spans, t);
      return { jawOpen: 0.7 * open, mouthSmileLeft: 0.1, mouthSmileRight: 0.1, mouthPucker: 0.3 * Math.sin(t * 5) ** 2 * open, headYaw: 4 * Math.sin(t), headPitch: 2 * Math.sin(1.7 * t), ...blink(t) };
    };
    const started = Date.now() / 1000;
    for (let at = 0; at < seconds && this.answer === ids.response_id; at += CHUNK_S) {
      this.send("response.output_audio.delta", { ...ids, output_index: 0, content_index: 0, delta: pcm(spans, at, CHUNK_S).toString("base64") });
      this.send("avatar.animation.delta", { ...ids, time_code: at, frames: motion(this.channels, pose, at, CHUNK_S) });
      const ahead = at + CHUNK_S - (Date.now() / 1000 - started);
      if (ahead > 1) await sleep(CHUNK_S * 1000);
    }
  }
}

function blink(t) {
  const phase = ((t % 3) - 1) / 0.25;
  const closed = phase > 0 && phase < 1 ? Math.sin(Math.PI * phase) ** 2 : 0;
  return { eyeBlinkLeft: closed, eyeBlinkRight: closed };
}
