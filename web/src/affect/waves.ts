import { range, reversals } from "./gestures.ts";

/** A point of a picture, in pixels, x to the right and y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** MediaPipe's 21 points of a hand: the wrist, then four of each finger from its root to its tip, the thumb first. */
export type Hand = readonly Point[];

interface Moment {
  readonly atMs: number;
  /** Of the tip of the middle finger, in lengths of the palm, so that near and far hands are alike. */
  readonly x: number;
  readonly y: number;
}

const WRIST = 0;
const MIDDLE_ROOT = 9;
const MIDDLE_TIP = 12;
/** Root and tip of each finger but the thumb, which people hold as they like. */
const FINGERS = [[5, 8], [9, 12], [13, 16], [17, 20]] as const;
const STRETCHED = 1.5;
const LEANING = 1;
const WINDOW_MS = 1600;
const SWING = 0.5;
const REVERSALS = 2;
const REST_MS = 3000;

/** A wave: an open, raised hand that goes from side to side, and hardly up and down. */
export class WaveDetector {
  private moments: Moment[] = [];
  private quietUntilMs = -Infinity;

  /** *hand* is null where none is seen: hands that move fast are lost for a moment. */
  push(atMs: number, hand: Hand | null): boolean {
    if (atMs < this.quietUntilMs) return false;
    this.moments = this.moments.filter((before) => atMs - before.atMs < WINDOW_MS);
    if (!hand) return false;
    if (!isRaised(hand)) this.moments = [];
    else this.moments.push(momentOf(atMs, hand));
    if (!this.waves()) return false;
    this.moments = [];
    this.quietUntilMs = atMs + REST_MS;
    return true;
  }

  private waves(): boolean {
    const x = this.moments.map((moment) => moment.x);
    const y = this.moments.map((moment) => moment.y);
    return reversals(x, SWING) >= REVERSALS && range(x) > 1.5 * range(y);
  }
}

/** Open, with the fingers up, however it leans while it waves. */
export function isRaised(hand: Hand): boolean {
  const [wrist, middle] = [hand[WRIST], hand[MIDDLE_ROOT]];
  if (!wrist || !middle) return false;
  const open = FINGERS.every(([root, tip]) => distance(wrist, hand[tip]) > STRETCHED * distance(wrist, hand[root]));
  return open && wrist.y - middle.y > LEANING * Math.abs(middle.x - wrist.x);
}

function momentOf(atMs: number, hand: Hand): Moment {
  const palm = distance(hand[WRIST], hand[MIDDLE_ROOT]);
  const tip = hand[MIDDLE_TIP];
  return { atMs, x: (tip?.x ?? 0) / palm, y: (tip?.y ?? 0) / palm };
}

function distance(a: Point | undefined, b: Point | undefined): number {
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}
