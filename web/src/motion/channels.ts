/** The numbers a face frame holds, in the order of the wire's `channels` header. */

export const ARKIT = [
  "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
  "eyeSquintLeft", "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight",
  "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight", "jawForward",
  "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft",
  "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
  "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
  "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft",
  "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
  "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
  "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft",
  "noseSneerRight", "tongueOut",
] as const;

export const HEAD = ["headYaw", "headPitch", "headRoll"] as const;

export const CHANNELS = [...ARKIT, ...HEAD] as const;

export type Channel = (typeof CHANNELS)[number];

/** 52 weights 0..1, then three head angles in degrees; one number for each of CHANNELS. */
export type Pose = Float32Array;

const INDEX = new Map<string, number>(CHANNELS.map((name, index) => [name, index]));

export function channelIndex(name: Channel): number {
  return INDEX.get(name) as number;
}

export function indexOfChannel(name: string): number | undefined {
  return INDEX.get(name);
}

export function restPose(): Pose {
  return new Float32Array(CHANNELS.length);
}

/** Channels that speech owns: lips, jaw and tongue follow sound closely, the rest may be slow. */
export const IS_MOUTH: readonly boolean[] = CHANNELS.map(
  (name) => name.startsWith("mouth") || name.startsWith("jaw") || name === "tongueOut" || name === "cheekPuff",
);

const SEEN_OPEN = (["jawOpen", "mouthFunnel", "mouthLowerDownLeft", "mouthUpperUpLeft"] as const).map(channelIndex);

/** How open the lips look, about 0..1: what a test or a meter wants to know of a pose. */
export function mouthOpening(pose: Pose): number {
  const [jaw, funnel, lower, upper] = SEEN_OPEN.map((index) => pose[index]);
  const open = jaw + 0.3 * funnel + 0.25 * lower + 0.25 * upper - pose[channelIndex("mouthClose")];
  return Math.min(1, Math.max(0, open));
}
