import { describe, expect, it } from "vitest";
import { affectOf, headPose } from "../src/affect/expression.ts";
import { GestureDetector, reversals, type HeadPose } from "../src/affect/gestures.ts";

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
