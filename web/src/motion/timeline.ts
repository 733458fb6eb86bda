import type { Pose } from "./channels.ts";

/** Motion of one answer, by time in seconds from the answer's first audio sample. */
export class MotionTimeline {
  private readonly times: number[] = [];
  private readonly poses: Pose[] = [];
  private cursor = 0;

  constructor(private readonly fps: number) {}

  add(timeCode: number, poses: readonly Pose[]): void {
    poses.forEach((pose, i) => this.append(timeCode + i / this.fps, pose));
  }

  get endSeconds(): number {
    return this.times.at(-1) ?? 0;
  }

  /** Write the pose at *seconds* into *out*; false where the answer has no motion. */
  sample(seconds: number, out: Pose): boolean {
    const i = this.frameBefore(seconds);
    if (i < 0) return this.nearFirst(seconds, out);
    const next = i + 1;
    const gap = next < this.times.length ? this.times[next] - this.times[i] : Infinity;
    if (gap > 2.5 / this.fps) return this.holdLast(i, seconds, out);
    blend(this.poses[i], this.poses[next], (seconds - this.times[i]) / gap, out);
    return true;
  }

  private append(at: number, pose: Pose): void {
    const last = this.times.at(-1);
    if (last !== undefined && at <= last + 1e-6) return;
    this.times.push(at);
    this.poses.push(pose);
  }

  /** Index of the last frame at or before *seconds*. Time mostly moves on, so the search starts where it was. */
  private frameBefore(seconds: number): number {
    let i = Math.min(this.cursor, this.times.length - 1);
    while (i >= 0 && this.times[i] > seconds) i--;
    while (i + 1 < this.times.length && this.times[i + 1] <= seconds) i++;
    this.cursor = Math.max(0, i);
    return i;
  }

  private nearFirst(seconds: number, out: Pose): boolean {
    if (this.times.length === 0 || this.times[0] - seconds > 1 / this.fps) return false;
    out.set(this.poses[0]);
    return true;
  }

  private holdLast(i: number, seconds: number, out: Pose): boolean {
    if (seconds - this.times[i] > 1 / this.fps) return false;
    out.set(this.poses[i]);
    return true;
  }
}

export function blend(from: Pose, to: Pose, amount: number, out: Pose): void {
  for (let i = 0; i < out.length; i++) out[i] = from[i] + (to[i] - from[i]) * amount;
}
