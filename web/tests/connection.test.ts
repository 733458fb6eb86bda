import { describe, expect, it, vi } from "vitest";
import { FakeSocket, tone } from "./fakes.ts";
import { IDS, answerBegins, answerEnds, connected, conversing, fresh, opened, pass, socket, talk } from "./talking.ts";

conversing();

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
    opened();
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
    const next = FakeSocket.all.at(-1) as FakeSocket;
    expect([next.url, next.protocols[1]]).toEqual(["ws://x/?last_seq=2", "avatar-resume.one"]);
  });

  it("is not looked for when the server has closed it", async () => {
    token("one");
    socket.onclose?.({ reason: "full", code: 1009 });
    expect(talk.connection.value).toMatchObject({ state: "waiting", resuming: false });
    await vi.advanceTimersByTimeAsync(2000);
    expect((FakeSocket.all.at(-1) as FakeSocket).url).toBe("ws://x");
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
