import type { Bone } from "three";

/** Least and greatest `headYaw` that a head follows, in degrees; the one negative, the other not. */
export type YawRange = readonly [number, number];

const FREE: YawRange = [-90, 90];
/** Share of the range within which a head turns by just what is asked. */
const FREELY = 0.75;

/** What the package says of its node `head`; those of before it was measured do not say. */
export function yawRange(head: Bone | null): YawRange {
  const said: unknown = head?.userData["yaw"];
  if (!Array.isArray(said) || said.length !== 2) return FREE;
  const [least, most] = said.map(Number);
  return least <= 0 && most >= 0 ? [least, most] : FREE;
}

/** *yaw* in degrees, bent towards the end of its range instead of going beyond it: as the renderer on the processor does. */
export function obeyedYaw(yaw: number, range: YawRange): number {
  const most = Math.abs(range[yaw > 0 ? 1 : 0]);
  const freely = FREELY * most;
  const beyond = Math.abs(yaw) - freely;
  if (beyond <= 0) return yaw;
  return most === 0 ? 0 : Math.sign(yaw) * (freely + (most - freely) * Math.tanh(beyond / (most - freely)));
}
