import { describe, expect, it } from "vitest";
import { LatencyLog, medianMs } from "../src/realtime/latency.ts";
import { retryDelayMs } from "../src/realtime/socket.ts";
import * as lines from "../src/realtime/transcript.ts";

const ANSWER: lines.Entry = { id: "a", role: "assistant", text: "Well, it is 20 degrees. Bring a coat.", spoken: 0, status: "partial" };

function words(...spans: [string, number, number][]) {
  return spans.map(([text, start_ms, end_ms]) => ({ text, start_ms, end_ms }));
}

describe("captions", () => {
  const said = words(["Well", 0, 200], ["it", 250, 300], ["is", 300, 400], ["twenty", 400, 700], ["degrees", 700, 1000], ["Bring", 1200, 1400]);

  it("show what has been said, with the punctuation that follows", () => {
    expect(ANSWER.text.slice(0, lines.spokenLength(ANSWER.text, said, 210))).toBe("Well,");
    expect(ANSWER.text.slice(0, lines.spokenLength(ANSWER.text, said, 1100))).toBe("Well, it is 20 degrees.");
  });

  it("pass over words that are written otherwise than spoken", () => {
    expect(ANSWER.text.slice(0, lines.spokenLength(ANSWER.text, said, 500))).toBe("Well, it is");
  });

  it("find whole words, in any case", () => {
    const text = "What a day. I see";
    const spoken = (...said: [string, number, number][]) => text.slice(0, lines.spokenLength(text, words(...said), 99));
    expect(spoken(["a", 0, 1])).toBe("What a");
    expect(spoken(["what", 0, 1], ["A", 2, 3], ["day", 4, 5], ["i", 6, 7])).toBe("What a day. I");
  });

  it("show nothing before the first word", () => {
    expect(lines.spokenLength(ANSWER.text, said.slice(1), 100)).toBe(0);
  });

  it("follow Mandarin, which has no spaces", () => {
    const text = "你好，我是小北。";
    const spoken = lines.spokenLength(text, words(["你好", 0, 300], ["我", 400, 500], ["是", 500, 600]), 450);
    expect(text.slice(0, spoken)).toBe("你好，我");
  });
});

describe("the transcript", () => {
  it("opens a line once", () => {
    const all = lines.opened(lines.opened([], ANSWER), { ...ANSWER, text: "other" });
    expect(all).toEqual([ANSWER]);
  });

  it("cuts an interrupted answer to what was heard", () => {
    const [cut] = lines.interrupted([{ ...ANSWER, spoken: 5 }], "a");
    expect(cut).toMatchObject({ text: "Well,", spoken: 5, status: "interrupted" });
    const [told] = lines.interrupted([ANSWER], "a", "Well, it is");
    expect(told.text).toBe("Well, it is");
  });

  it("drops an answer of which nothing was heard", () => {
    expect(lines.interrupted([ANSWER], "a")).toEqual([]);
  });

  it("is not disturbed by lines it does not know", () => {
    expect(lines.extended([ANSWER], "b", "x")).toEqual([ANSWER]);
    expect(lines.interrupted([ANSWER], "b")).toEqual([ANSWER]);
  });
});

describe("latency", () => {
  it("counts from the question to the first sound of the answer that follows, once", () => {
    const log = new LatencyLog();
    log.asking("spoken", 1000);
    log.answering("r1");
    log.audible("r1", 1900);
    log.audible("r1", 2500);
    log.stages("r1", { asr: 120 });
    expect(log.all).toEqual([{ responseId: "r1", kind: "spoken", answerMs: 900, stagesMs: { asr: 120 } }]);
  });

  it("has no figure for an answer that nobody asked for", () => {
    const log = new LatencyLog();
    log.answering("r1");
    log.audible("r1", 10);
    expect(log.all).toEqual([]);
  });

  it("takes the median of spoken turns only", () => {
    const turn = (kind: "spoken" | "typed", answerMs: number) => ({ responseId: "r", kind, answerMs, stagesMs: {} });
    expect(medianMs([])).toBeNull();
    expect(medianMs([turn("spoken", 900), turn("typed", 100), turn("spoken", 700), turn("spoken", 1500)])).toBe(900);
  });
});

describe("reconnecting", () => {
  it("waits longer each time, up to a bound, and spreads the crowd", () => {
    const waits = [1, 2, 3, 4, 5, 6, 20].map((attempt) => retryDelayMs(attempt, 0.5));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(retryDelayMs(1, 0)).toBe(375);
    expect(retryDelayMs(1, 1)).toBe(625);
  });

  it("does not wait long for a session that is still there", () => {
    expect([1, 2, 3, 4, 20].map((attempt) => retryDelayMs(attempt, 0.5, true))).toEqual([500, 1000, 2000, 2000, 2000]);
  });
});
