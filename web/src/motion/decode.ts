import { bytesFromBase64 } from "../audio/pcm.ts";
import { CHANNELS, HEAD, indexOfChannel, type Pose } from "./channels.ts";

const FULL_SCALE = 32767;
const ANGLE_RANGE_DEGREES = 90;

/** Where each number of a wire frame goes, and what one unit of it is worth. */
export interface FrameLayout {
  readonly target: readonly (number | undefined)[];
  readonly unit: readonly number[];
}

export function frameLayout(channels: readonly string[]): FrameLayout {
  const angles: readonly string[] = HEAD;
  return {
    target: channels.map(indexOfChannel),
    unit: channels.map((name) => (angles.includes(name) ? ANGLE_RANGE_DEGREES : 1) / FULL_SCALE),
  };
}

/** Unpack the `frames` of a clip or of `avatar.animation.delta` (base64 of int16, frame by frame). */
export function decodeFrames(base64: string, layout: FrameLayout): Pose[] {
  const bytes = bytesFromBase64(base64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = layout.target.length;
  const count = Math.floor(bytes.byteLength / 2 / width);
  return Array.from({ length: count }, (_, frame) => decodeFrame(view, frame * width * 2, layout));
}

function decodeFrame(view: DataView, offset: number, layout: FrameLayout): Pose {
  const pose = new Float32Array(CHANNELS.length);
  layout.target.forEach((target, i) => {
    if (target !== undefined) pose[target] = view.getInt16(offset + 2 * i, true) * layout.unit[i];
  });
  return pose;
}
