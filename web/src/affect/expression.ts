import type { Affect, Gesture } from "../protocol.ts";

/** Scores 0..1 by ARKit's names, as MediaPipe gives them. */
export type Blendshapes = ReadonlyMap<string, number>;

export const ABSENT: Affect = {
  present: false, smile: 0, frown: 0, brow_raise: 0, brow_furrow: 0, eye_wide: 0, jaw_open: 0, nose_wrinkle: 0,
  attention: 0, gesture: "none",
};

const AWAY_DEGREES = 40;

/** What is sent of a face: eight numbers and a gesture, nothing by which anybody could be recognised. */
export function affectOf(shapes: Blendshapes, yaw: number, pitch: number, gesture: Gesture): Affect {
  const mean = (...names: string[]): number => round(names.reduce((sum, name) => sum + (shapes.get(name) ?? 0), 0) / names.length);
  return {
    present: true,
    smile: mean("mouthSmileLeft", "mouthSmileRight"),
    frown: mean("mouthFrownLeft", "mouthFrownRight"),
    brow_raise: mean("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    brow_furrow: mean("browDownLeft", "browDownRight"),
    eye_wide: mean("eyeWideLeft", "eyeWideRight"),
    jaw_open: mean("jawOpen"),
    nose_wrinkle: mean("noseSneerLeft", "noseSneerRight"),
    attention: round(Math.max(0, 1 - Math.hypot(yaw, pitch) / AWAY_DEGREES)),
    gesture,
  };
}

/** Yaw and pitch in degrees of MediaPipe's facial transformation, a 4 x 4 matrix by columns. */
export function headPose(matrix: readonly number[]): { readonly yaw: number; readonly pitch: number } {
  const [x, y, z] = [matrix[8] ?? 0, matrix[9] ?? 0, matrix[10] ?? 1];
  return { yaw: degrees(Math.atan2(x, z)), pitch: degrees(Math.atan2(y, Math.hypot(x, z))) };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

function round(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
}
