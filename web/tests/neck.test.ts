import { Bone } from "three";
import { describe, expect, it } from "vitest";
import { obeyedYaw, yawRange } from "../src/avatars/neck.ts";

const headOf = (yaw: unknown): Bone => Object.assign(new Bone(), { userData: { yaw } });

describe("how far a head turns", () => {
  it("is what the package says, and free where it says nothing", () => {
    expect(yawRange(headOf([-12, 80]))).toEqual([-12, 80]);
    for (const wrong of [undefined, "far", [3, 9], [-5], [NaN, 1]]) expect(yawRange(headOf(wrong))).toEqual([-90, 90]);
    expect(yawRange(null)).toEqual([-90, 90]);
  });

  it("is followed until near its end and never passed", () => {
    const range = [-12, 80] as const;
    expect(obeyedYaw(-9, range)).toBe(-9);
    expect(obeyedYaw(60, range)).toBe(60);
    expect(obeyedYaw(-20, range)).toBeGreaterThan(-12);
    expect(obeyedYaw(-20, range)).toBeCloseTo(-11.996, 2);
    expect(obeyedYaw(5, [0, 0])).toBe(0);
  });
});
