import { restPose, channelIndex, type Pose } from "./channels.ts";
import { blend } from "./timeline.ts";

/** Face motion that can go on for ever: what the avatar does while it does not speak. */
export interface Loop {
  sample(seconds: number, out: Pose): void;
}

/** Frames that end where they began, repeated. */
export class ClipLoop implements Loop {
  constructor(
    private readonly poses: readonly Pose[],
    private readonly fps: number,
  ) {
    if (poses.length === 0) throw new Error("a clip needs at least one frame");
  }

  sample(seconds: number, out: Pose): void {
    const count = this.poses.length;
    const position = (((seconds * this.fps) % count) + count) % count;
    const i = Math.floor(position) % count;
    blend(this.poses[i], this.poses[(i + 1) % count], position - Math.floor(position), out);
  }
}

const BLINK_SECONDS = 0.28;
const BLINK_EVERY_SECONDS = 4.1;

/** A quiet presence for when no server has sent clips: slow head sway, a blink now and then. */
export class QuietLoop implements Loop {
  private readonly blinkLeft = channelIndex("eyeBlinkLeft");
  private readonly blinkRight = channelIndex("eyeBlinkRight");
  private readonly smile = [channelIndex("mouthSmileLeft"), channelIndex("mouthSmileRight")];
  private readonly yaw = channelIndex("headYaw");
  private readonly rest = restPose();

  sample(seconds: number, out: Pose): void {
    out.set(this.rest);
    const blink = blinkAt(seconds);
    out[this.blinkLeft] = blink;
    out[this.blinkRight] = blink;
    for (const i of this.smile) out[i] = 0.06 + 0.03 * Math.sin(seconds * 0.53);
    out[this.yaw] = 1.6 * Math.sin(seconds * 0.41) + 0.8 * Math.sin(seconds * 0.97 + 1);
    out[this.yaw + 1] = 0.9 * Math.sin(seconds * 0.61 + 2);
    out[this.yaw + 2] = 0.7 * Math.sin(seconds * 0.33 + 4);
  }
}

function blinkAt(seconds: number): number {
  const beat = Math.floor(seconds / BLINK_EVERY_SECONDS);
  const wander = 0.9 * Math.abs(Math.sin(beat * 12.9898));
  const phase = (seconds - beat * BLINK_EVERY_SECONDS - 1 - wander) / BLINK_SECONDS;
  return phase > 0 && phase < 1 ? Math.sin(Math.PI * phase) ** 2 : 0;
}
