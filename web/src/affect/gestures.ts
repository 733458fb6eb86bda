import type { Gesture } from "../protocol.ts";

/** Where a head points, in degrees. */
export interface HeadPose {
  readonly atMs: number;
  readonly yaw: number;
  readonly pitch: number;
}

const WINDOW_MS = 1500;
const NOD_DEGREES = 6;
const SHAKE_DEGREES = 9;
const REVERSALS = 2;
const REST_MS = 1200;

/** Nods and shakes: a head that goes to and fro about one axis, and hardly about the other. */
export class GestureDetector {
  private poses: HeadPose[] = [];
  private quietUntilMs = -Infinity;

  push(pose: HeadPose): Gesture {
    const resting = pose.atMs < this.quietUntilMs;
    const past = resting ? [] : this.poses.filter((before) => pose.atMs - before.atMs < WINDOW_MS);
    this.poses = [...past, pose];
    const gesture = this.gesture();
    if (gesture === "none") return gesture;
    this.quietUntilMs = pose.atMs + REST_MS;
    return gesture;
  }

  private gesture(): Gesture {
    const pitch = this.poses.map((pose) => pose.pitch);
    const yaw = this.poses.map((pose) => pose.yaw);
    const [up, aside] = [range(pitch), range(yaw)];
    if (up > 1.5 * aside && reversals(pitch, NOD_DEGREES) >= REVERSALS) return "nod";
    if (aside > 1.5 * up && reversals(yaw, SHAKE_DEGREES) >= REVERSALS) return "shake";
    return "none";
  }
}

/** How far a signal goes, from its least to its greatest. */
export function range(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** How often a signal turns round, counting only swings of at least *swing*. */
export function reversals(values: readonly number[], swing: number): number {
  let [count, direction, extreme] = [0, 0, values[0] ?? 0];
  for (const value of values) {
    const moved = value - extreme;
    if (direction !== 0 && Math.sign(moved) === direction) extreme = value;
    else if (Math.abs(moved) >= swing) {
      if (direction !== 0) count++;
      direction = Math.sign(moved);
      extreme = value;
    }
  }
  return count;
}
