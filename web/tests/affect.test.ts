import { describe, expect, it } from "vitest";
import { affectOf, headPose } from "../src/affect/expression.ts";
import { GestureDetector, reversals, type HeadPose } from "../src/affect/gestures.ts";
import { type Hand, isRaised, WaveDetector } from "../src/affect/waves.ts";

function gesturesOf(pose: (seconds: number) => Omit<HeadPose, "atMs">, seconds = 3): string[] {
  const detector = new GestureDetector();
  const found: string[] = [];
  for (let t = 0; t < seconds; t += 0.1) found.push(detector.push({ atMs: t * 1000, ...pose(t) }));
  return found.filter((gesture) => gesture !== "none");
}

describe("gestures of the head", () => {
  it("sees a nod and a shake", () => {
    expect(gesturesOf((t) => ({ pitch: 8 * Math.sin(2 * Math.PI * 1.5 * t), yaw: 1 }))[0]).toBe("nod");
    expect(gesturesOf((t) => ({ pitch: 1, yaw: 12 * Math.sin(2 * Math.PI * 1.5 * t) }))[0]).toBe("shake");
  });

  it("takes looking aside, drifting and trembling for nothing", () => {
    expect(gesturesOf((t) => ({ pitch: 0, yaw: t > 1 ? 30 : 0 }))).toEqual([]);
    expect(gesturesOf((t) => ({ pitch: 10 * t, yaw: 0 }))).toEqual([]);
    expect(gesturesOf((t) => ({ pitch: 2 * Math.sin(20 * t), yaw: 2 * Math.cos(20 * t) }))).toEqual([]);
    expect(gesturesOf((t) => ({ pitch: 9 * Math.sin(9 * t), yaw: 9 * Math.sin(9 * t) }))).toEqual([]);
  });

  it("tells one nod once", () => {
    expect(gesturesOf((t) => ({ pitch: t < 1 ? 8 * Math.sin(2 * Math.PI * 2 * t) : 0, yaw: 0 }))).toEqual(["nod"]);
  });

  it("counts turns that are large enough", () => {
    expect(reversals([0, 10, 0, 10], 6)).toBe(2);
    expect(reversals([0, 3, 0, 3], 6)).toBe(0);
    expect(reversals([], 6)).toBe(0);
  });
});

/** An open hand of a palm of 60 pixels, turned about its wrist by *lean* degrees; *curl* 1: a fist. */
function handAt({ x = 200, y = 200, lean = 0, curl = 0, palm = 60 }): Hand {
  const angle = (lean * Math.PI) / 180;
  const at = (across: number, up: number) => ({
    x: x + palm * (across * Math.cos(angle) + up * Math.sin(angle)), y: y + palm * (across * Math.sin(angle) - up * Math.cos(angle)),
  });
  const thumb = [0.3, 0.5, 0.7, 0.9].map((part) => at(-part, part));
  const fingers = [-0.3, 0, 0.2, 0.4].flatMap((across) => [1, 1.4 - curl, 1.7 - curl, 1.9 - curl].map((up) => at(across, up)));
  return [at(0, 0), ...thumb, ...fingers];
}

function wavesOf(hand: (seconds: number) => Hand | null, seconds = 3): number {
  const detector = new WaveDetector();
  return Array.from({ length: seconds * 10 }, (_, i) => detector.push(i * 100, hand(i / 10))).filter(Boolean).length;
}

describe("waves of a hand", () => {
  const swing = (t: number, hertz = 1.5) => Math.sin(2 * Math.PI * hertz * t);

  it("sees an arm and a wrist that wave, near and far", () => {
    expect(wavesOf((t) => handAt({ x: 200 + 40 * swing(t) }))).toBe(1);
    expect(wavesOf((t) => handAt({ lean: 25 * swing(t) }))).toBe(1);
    expect(wavesOf((t) => handAt({ lean: 25 * swing(t, 2.5), palm: 20 }))).toBe(1);
  });

  it("bears that a fast hand is lost now and then", () => {
    expect(wavesOf((t) => (Math.round(t * 10) % 3 === 0 ? null : handAt({ lean: 30 * swing(t) })))).toBe(1);
  });

  it("takes a still, trembling, passing, falling or lowered hand and a fist for none", () => {
    expect(wavesOf(() => handAt({}))).toBe(0);
    expect(wavesOf((t) => handAt({ x: 200 + 8 * swing(t, 4) }))).toBe(0);
    expect(wavesOf((t) => handAt({ x: 100 * t }))).toBe(0);
    expect(wavesOf((t) => handAt({ x: 200 + 40 * swing(t), y: 200 + 60 * swing(t) }))).toBe(0);
    expect(wavesOf((t) => handAt({ lean: 180 + 25 * swing(t) }))).toBe(0);
    expect(wavesOf((t) => handAt({ x: 200 + 40 * swing(t), curl: 1 }))).toBe(0);
    expect(wavesOf(() => null)).toBe(0);
  });

  it("tells one wave once, and another one again", () => {
    expect(wavesOf((t) => handAt({ lean: 25 * swing(t) * (t < 2 ? 1 : 0) }), 6)).toBe(1);
    expect(wavesOf((t) => handAt({ lean: 25 * swing(t) * (t < 2 || t > 5 ? 1 : 0) }), 8)).toBe(2);
  });

  it("knows a raised hand", () => {
    expect(isRaised(handAt({ lean: 30 }))).toBe(true);
    expect(isRaised(handAt({ lean: 60 }))).toBe(false);
    expect(isRaised([])).toBe(false);
  });
});

describe("what is told of a face", () => {
  it("is the mean of both sides, and no more than the protocol's numbers", () => {
    const told = affectOf(new Map([["mouthSmileLeft", 0.8], ["mouthSmileRight", 0.6], ["jawOpen", 2]]), 0, 0, "none");
    expect(told.smile).toBeCloseTo(0.7);
    expect(told.jaw_open).toBe(1);
    expect(told.attention).toBe(1);
    expect(Object.keys(told)).toHaveLength(10);
  });

  it("pays no attention when turned away", () => {
    expect(affectOf(new Map(), 45, 0, "none").attention).toBe(0);
  });

  it("reads the pose from a matrix by columns", () => {
    const angle = Math.PI / 9;
    const turned = [Math.cos(angle), 0, -Math.sin(angle), 0, 0, 1, 0, 0, Math.sin(angle), 0, Math.cos(angle), 0, 0, 0, 0, 1];
    expect(headPose(turned).yaw).toBeCloseTo(20);
    expect(headPose(turned).pitch).toBeCloseTo(0);
  });
});
