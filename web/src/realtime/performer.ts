import { signal } from "@preact/signals";
import { Speaker } from "../audio/speaker.ts";
import { mouthOpening, restPose, type Pose } from "../motion/channels.ts";
import { ClipLoop } from "../motion/clips.ts";
import { decodeFrames, frameLayout } from "../motion/decode.ts";
import { FaceDirector, type Behaviour } from "../motion/director.ts";
import type { Clip, Weights } from "../protocol.ts";
import { Answers, type Answer } from "./answers.ts";

/** The avatar's side: what is heard and seen of the answers, all of it on the clock of the loudspeaker. */
export class Performer {
  readonly playing = signal(false);
  /** An answer has begun and is not over: it plays, or waits for the network. */
  readonly underWay = signal(false);
  readonly underruns = signal(0);
  readonly speaker = new Speaker();
  readonly answers = new Answers(this.speaker);
  private readonly director = new FaceDirector();
  private pose: Pose = restPose();

  setClips(clips: readonly Clip[], fps: number, channels: readonly string[]): void {
    const layout = frameLayout(channels);
    for (const clip of clips) {
      const poses = decodeFrames(clip.frames, layout);
      if (poses.length) this.director.setLoop(clip.behaviour, new ClipLoop(poses, fps));
    }
  }

  setMood(weights: Weights): void {
    this.director.setMood(weights);
  }

  /** The pose of this moment. */
  frame(behaviour: Behaviour): Pose {
    const spoken = this.answers.current?.poseAt(this.speaker.heardNow()) ?? null;
    this.director.setBehaviour(behaviour);
    this.pose = this.director.update(performance.now() / 1000, spoken);
    return this.pose;
  }

  /** Bring the signals up to date; returns the answer that sounds now and the ones that ended. */
  observe(): { readonly sounding: Answer | null; readonly finished: readonly Answer[] } {
    this.playing.value = this.answers.playing;
    this.underWay.value = this.answers.underWay;
    const current = this.answers.current ?? null;
    if (globalThis.document?.hidden) current?.unwatched();
    this.underruns.value = this.answers.underruns + (current?.sound.ledger.underruns ?? 0);
    return { sounding: this.playing.value ? current : null, finished: this.answers.takeFinished() };
  }

  playedMs(answer: Answer): number {
    return answer.playedMs(this.speaker.heardNow());
  }

  /** How open the drawn lips are, 0..1. */
  get mouth(): number {
    return mouthOpening(this.pose);
  }

  silence(): ReturnType<Answers["stopAll"]> {
    const stopped = this.answers.stopAll();
    this.playing.value = this.underWay.value = false;
    return stopped;
  }

  async close(): Promise<void> {
    this.answers.stopAll();
    await this.speaker.close();
  }
}
