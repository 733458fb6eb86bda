import { channelIndex, restPose, type Channel, type Pose } from "../motion/channels.ts";

/** An expression to try: weights that are laid over the idle motion. */
export interface Expression {
  readonly name: string;
  readonly weights: Readonly<Partial<Record<Channel, number>>>;
}

export const EXPRESSIONS: readonly Expression[] = [
  { name: "Smile", weights: { mouthSmileLeft: 0.8, mouthSmileRight: 0.8, cheekSquintLeft: 0.4, cheekSquintRight: 0.4, eyeSquintLeft: 0.25, eyeSquintRight: 0.25 } },
  { name: "Surprise", weights: { browInnerUp: 0.8, browOuterUpLeft: 0.7, browOuterUpRight: 0.7, eyeWideLeft: 0.7, eyeWideRight: 0.7, jawOpen: 0.35 } },
  { name: "Wink", weights: { eyeBlinkLeft: 1, mouthSmileLeft: 0.5, cheekSquintLeft: 0.5 } },
  { name: "Aah", weights: { jawOpen: 0.75, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 } },
  { name: "Ooh", weights: { mouthPucker: 0.75, mouthFunnel: 0.35, jawOpen: 0.15 } },
  { name: "Eee", weights: { mouthStretchLeft: 0.4, mouthStretchRight: 0.4, mouthSmileLeft: 0.4, mouthSmileRight: 0.4, mouthLowerDownLeft: 0.4, mouthLowerDownRight: 0.4, mouthUpperUpLeft: 0.3, mouthUpperUpRight: 0.3, jawOpen: 0.12 } },
  { name: "Look left", weights: { headYaw: 15, eyeLookOutLeft: 0.3, eyeLookInRight: 0.3 } },
  { name: "Look right", weights: { headYaw: -15, eyeLookInLeft: 0.3, eyeLookOutRight: 0.3 } },
];

export function poseOf(expression: Expression | null): Pose {
  const pose = restPose();
  for (const [name, weight] of Object.entries(expression?.weights ?? {})) pose[channelIndex(name as Channel)] = weight;
  return pose;
}

/** Move *current* a step of *seconds* towards *target*, quickly and without a jolt. */
export function easeTowards(current: Pose, target: Pose, seconds: number): void {
  const share = 1 - Math.exp(-seconds / 0.09);
  for (let i = 0; i < current.length; i++) current[i] += (target[i] - current[i]) * share;
}

const ANGLES_FROM = channelIndex("headYaw");

/** Lay an expression over idle motion. Weights stay within 0..1; angles add up. */
export function layered(idle: Pose, expression: Pose, out: Pose): void {
  for (let i = 0; i < out.length; i++) {
    const sum = idle[i] + expression[i];
    out[i] = i < ANGLES_FROM ? Math.min(1, Math.max(0, sum)) : sum;
  }
}
