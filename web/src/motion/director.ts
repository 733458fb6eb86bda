import { IS_MOUTH, indexOfChannel, restPose, type Pose } from "./channels.ts";
import { QuietLoop, type Loop } from "./clips.ts";
import { blend } from "./timeline.ts";

export type Behaviour = "idle" | "listening" | "thinking" | "speaking";

const CROSSFADE_SECONDS = 0.22;
const MOOD_SECONDS = 0.35;
const MOUTH_IN_SECONDS = 0.05;
const MOUTH_OUT_SECONDS = 0.12;

/** What an answer says about a moment: its pose, or null when nothing is heard then. */
export type SpeechSample = Pose | null;

/** Decides the pose to draw: a loop for the behaviour, speech over it, every change eased. */
export class FaceDirector {
  private readonly loops = new Map<Behaviour, Loop>();
  private readonly quiet: Loop = new QuietLoop();
  private readonly loopPose = restPose();
  private readonly fadeFrom = restPose();
  private readonly spoken = restPose();
  private readonly drawn = restPose();
  /** What the mood adds to a loop: now, and where it is going. */
  private readonly mood = restPose();
  private readonly moodTarget = restPose();
  private behaviour: Behaviour = "idle";
  private fade = 1;
  private faceWeight = 0;
  private mouthWeight = 0;
  private last: number | null = null;

  setLoop(behaviour: Behaviour, loop: Loop): void {
    this.startFade();
    this.loops.set(behaviour, loop);
  }

  setBehaviour(behaviour: Behaviour): void {
    if (behaviour === this.behaviour) return;
    if (this.loopOf(behaviour) !== this.loopOf(this.behaviour)) this.startFade();
    this.behaviour = behaviour;
  }

  /** Speech has its mood in it; loops have not, so it is laid over them. */
  setMood(weights: Readonly<Record<string, number>>): void {
    this.moodTarget.fill(0);
    for (const [name, weight] of Object.entries(weights)) {
      const index = indexOfChannel(name);
      if (index !== undefined && Number.isFinite(weight)) this.moodTarget[index] = weight;
    }
  }

  /** The pose for *now* (seconds on any steady clock). The array is reused by the next call. */
  update(now: number, speech: SpeechSample): Pose {
    const step = this.last === null ? 0 : Math.max(0, now - this.last);
    this.last = now;
    this.sampleLoop(now, step);
    if (speech) this.spoken.set(speech);
    this.faceWeight = approach(this.faceWeight, speech ? 1 : 0, step / CROSSFADE_SECONDS);
    const mouthSeconds = speech ? MOUTH_IN_SECONDS : MOUTH_OUT_SECONDS;
    this.mouthWeight = approach(this.mouthWeight, speech ? 1 : 0, step / mouthSeconds);
    this.mix();
    return this.drawn;
  }

  private sampleLoop(now: number, step: number): void {
    this.loopOf(this.behaviour).sample(now, this.loopPose);
    this.fade = Math.min(1, this.fade + step / CROSSFADE_SECONDS);
    if (this.fade < 1) blend(this.fadeFrom, this.loopPose, smooth(this.fade), this.loopPose);
    const share = 1 - Math.exp(-step / MOOD_SECONDS);
    for (let i = 0; i < this.mood.length; i++) {
      this.mood[i] += (this.moodTarget[i] - this.mood[i]) * share;
    }
  }

  private mix(): void {
    const face = smooth(this.faceWeight);
    for (let i = 0; i < this.drawn.length; i++) {
      const weight = IS_MOUTH[i] ? this.mouthWeight : face;
      const resting = this.loopPose[i] + this.mood[i];
      this.drawn[i] = resting + (this.spoken[i] - resting) * weight;
    }
  }

  private startFade(): void {
    this.fadeFrom.set(this.loopPose);
    this.fade = this.last === null ? 1 : 0;
  }

  private loopOf(behaviour: Behaviour): Loop {
    return this.loops.get(behaviour) ?? this.loops.get("idle") ?? this.quiet;
  }
}

function approach(value: number, target: number, step: number): number {
  return value < target ? Math.min(target, value + step) : Math.max(target, value - step);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
