import { describe, expect, it } from "vitest";
import { SpeechActivity } from "../src/audio/activity.ts";
import { PlaybackLedger } from "../src/audio/ledger.ts";
import { base64FromBytes, bytesFromBase64, firstAudible, floatsFromPcm16, loudness, pcm16FromFloats } from "../src/audio/pcm.ts";
import { Resampler } from "../src/audio/resampler.ts";

describe("pcm", () => {
  it("survives the way to the wire and back", () => {
    const samples = Float32Array.from({ length: 50_000 }, (_, i) => 0.9 * Math.sin(i / 7));
    const back = floatsFromPcm16(bytesFromBase64(base64FromBytes(pcm16FromFloats(samples))));
    expect(back).toHaveLength(samples.length);
    expect(Math.max(...back.map((value, i) => Math.abs(value - samples[i])))).toBeLessThan(1e-4);
  });

  it("clips what is too loud instead of wrapping it round", () => {
    expect([...floatsFromPcm16(pcm16FromFloats(Float32Array.of(2, -2)))].map(Math.round)).toEqual([1, -1]);
  });

  it("finds the first sample that a listener notices", () => {
    expect(firstAudible(Float32Array.of(0, 0.001, 0.02))).toBe(2);
    expect(firstAudible(new Float32Array(10))).toBeNull();
  });
});

describe("the playback ledger", () => {
  it("joins chunks that come in time, without a seam", () => {
    const ledger = new PlaybackLedger();
    const first = ledger.append(0.5, 10);
    expect(ledger.append(0.5, 10.2)).toBeCloseTo(first + 0.5, 9);
    expect(ledger.positionAt(first + 0.7)).toBeCloseTo(0.7);
    expect(ledger.underruns).toBe(0);
  });

  it("keeps the answer's time still through a gap, and counts it", () => {
    const ledger = new PlaybackLedger();
    const first = ledger.append(0.2, 0);
    const second = ledger.append(0.2, 1);
    expect(second).toBeGreaterThan(1);
    expect(ledger.positionAt(0.8)).toBeNull();
    expect(ledger.playedSeconds(0.8)).toBeCloseTo(0.2);
    expect(ledger.positionAt(second + 0.1)).toBeCloseTo(0.3);
    expect(ledger.underruns).toBe(1);
    expect(ledger.stalledSeconds).toBeCloseTo(second - first - 0.2);
  });

  it("waits longer after each gap, so that a slow network is heard in pieces that can be understood", () => {
    const ledger = new PlaybackLedger();
    ledger.append(0.1, 0);
    const waits = [10, 20, 30, 40, 50, 60, 70].map((now) => ledger.append(0.1, now) - now);
    expect(waits[0]).toBeCloseTo(0.08);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBe(2);
  });

  it("waits for the answer before it", () => {
    expect(new PlaybackLedger().append(1, 5, 7)).toBe(7);
  });

  it("forgets what was cut", () => {
    const ledger = new PlaybackLedger();
    const first = ledger.append(1, 0);
    ledger.append(1, 0);
    ledger.cut(first + 0.3);
    expect(ledger.playedSeconds(99)).toBeCloseTo(0.3);
    expect(ledger.positionAt(first + 0.4)).toBeNull();
  });

  it("has played nothing before its first sample", () => {
    const ledger = new PlaybackLedger();
    expect(ledger.playedSeconds(5)).toBe(0);
    ledger.append(1, 10);
    expect(ledger.playedSeconds(9)).toBe(0);
    expect(ledger.positionAt(9)).toBeNull();
  });
});

describe("the resampler", () => {
  function sine(hz: number, rate: number, seconds: number): Float32Array {
    return Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));
  }

  function inChunks(resampler: Resampler, samples: Float32Array, size: number): Float32Array {
    const out: number[] = [];
    for (let i = 0; i < samples.length; i += size) out.push(...resampler.push(samples.subarray(i, i + size)));
    return Float32Array.from(out);
  }

  it.each([48_000, 44_100, 16_000])("brings %i Hz to 24 kHz at the right length and loudness", (rate) => {
    const out = inChunks(new Resampler(rate, 24_000), sine(440, rate, 1), 128);
    expect(Math.abs(out.length - 24_000)).toBeLessThan(60);
    expect(loudness(out.subarray(2000))).toBeCloseTo(Math.SQRT1_2, 2);
  });

  it("leaves no seam between chunks", () => {
    const samples = sine(440, 48_000, 0.5);
    const whole = new Resampler(48_000, 24_000).push(samples);
    const pieces = inChunks(new Resampler(48_000, 24_000), samples, 128);
    expect(pieces.length).toBe(whole.length);
    expect(Math.max(...pieces.map((value, i) => Math.abs(value - whole[i])))).toBeLessThan(1e-6);
  });

  it("lets nothing above half the new rate fold down", () => {
    const out = inChunks(new Resampler(48_000, 24_000), sine(18_000, 48_000, 0.5), 128);
    expect(loudness(out.subarray(2000))).toBeLessThan(0.01);
  });
});

describe("speech activity", () => {
  it("remembers the end of the last loud stretch, above a floor that follows the room", () => {
    const activity = new SpeechActivity();
    let at = 0;
    const hear = (level: number, ms: number) => {
      for (const end = at + ms; at < end; at += 20) activity.push(level, at);
    };
    hear(0.002, 1000);
    expect(activity.lastLoudMs).toBeNull();
    hear(0.1, 1000);
    hear(0.002, 1000);
    expect(activity.lastLoudMs).toBe(1980);
    hear(0.003, 2000);
    expect(activity.lastLoudMs).toBe(1980);
  });
});
