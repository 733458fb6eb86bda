import { bytesFromBase64 } from "../audio/pcm.ts";
import type { AnswerSound, Speaker } from "../audio/speaker.ts";
import { restPose, type Pose } from "../motion/channels.ts";
import { decodeFrames, frameLayout, type FrameLayout } from "../motion/decode.ts";
import { MotionTimeline } from "../motion/timeline.ts";
import type { PlaybackReport, Word } from "../protocol.ts";
import { PictureLag } from "./picture-lag.ts";

/** One answer on its way to the user: sound, motion and words on one clock. */
export class Answer {
  readonly words: Word[] = [];
  /** The server has sent all of it. */
  complete = false;
  private timeline: MotionTimeline | null = null;
  private layout: FrameLayout | null = null;
  private readonly pose = restPose();
  private readonly picture = new PictureLag();

  constructor(
    readonly responseId: string,
    readonly itemId: string,
    readonly sound: AnswerSound,
  ) {}

  hear(base64: string): this {
    this.sound.push(bytesFromBase64(base64));
    return this;
  }

  addWords(words: readonly Word[]): void {
    this.words.push(...words);
  }

  startMotion(fps: number, channels: readonly string[]): void {
    this.timeline = new MotionTimeline(fps);
    this.layout = frameLayout(channels);
  }

  addMotion(timeCode: number, frames: string): void {
    if (this.timeline && this.layout) this.timeline.add(timeCode, decodeFrames(frames, this.layout));
  }

  playedMs(clock: number): number {
    return Math.round(this.sound.ledger.playedSeconds(clock) * 1000);
  }

  /** The pose at *clock*; null when nothing of this answer sounds then. */
  poseAt(clock: number): Pose | null {
    const position = this.sound.ledger.positionAt(clock);
    if (position === null || !this.timeline?.sample(position, this.pose)) {
      this.picture.pause();
      return null;
    }
    this.picture.drawn(clock);
    return this.pose;
  }

  /** Nobody looks: what is not drawn meanwhile is not late. */
  unwatched(): void {
    this.picture.pause();
  }

  /** What the operator is told of it. */
  report(): PlaybackReport {
    const { underruns, stalledSeconds } = this.sound.ledger;
    const told = { underruns, stalled_ms: Math.round(stalledSeconds * 1000) };
    const lag = this.picture.mostSeconds;
    return lag === null ? told : { ...told, drift_ms: Math.round(lag * 1000) };
  }

  /** Its sound has begun and will go on, even if it waits for the network now. */
  get underWay(): boolean {
    const { startsAt } = this.sound.ledger;
    return startsAt !== null && this.sound.heardAt >= startsAt && !this.over;
  }

  get over(): boolean {
    return this.complete && this.sound.finished;
  }
}

const NONE: readonly Answer[] = [];

/** The answers that are sounding or about to, in order. */
export class Answers {
  private queue: Answer[] = [];
  underruns = 0;
  stalledSeconds = 0;

  constructor(private readonly speaker: Speaker) {}

  of(responseId: string, itemId: string): Answer {
    const known = this.queue.find((answer) => answer.itemId === itemId);
    if (known) return known;
    const answer = new Answer(responseId, itemId, this.speaker.answer());
    this.queue.push(answer);
    return answer;
  }

  byItem(itemId: string): Answer | undefined {
    return this.queue.find((answer) => answer.itemId === itemId);
  }

  /** The server has sent all of a response. */
  complete(responseId: string): void {
    for (const answer of this.queue) if (answer.responseId === responseId) answer.complete = true;
  }

  get current(): Answer | undefined {
    return this.queue[0];
  }

  get playing(): boolean {
    return this.queue.some((answer) => answer.sound.playing);
  }

  get underWay(): boolean {
    return this.queue.some((answer) => answer.underWay);
  }

  /** Take out the answers that have been heard to their end. */
  takeFinished(): readonly Answer[] {
    if (!this.queue.some((answer) => answer.over)) return NONE;
    const finished = this.queue.filter((answer) => answer.over);
    this.queue = this.queue.filter((answer) => !answer.over);
    finished.forEach((answer) => this.account(answer));
    return finished;
  }

  /** Silence everything at once. Returns what each answer had been heard of, in ms. */
  stopAll(): { readonly answer: Answer; readonly heardMs: number }[] {
    const stopped = this.queue.map((answer) => ({ answer, heardMs: answer.sound.stop() }));
    stopped.forEach(({ answer }) => this.account(answer));
    this.queue = [];
    return stopped;
  }

  private account(answer: Answer): void {
    this.underruns += answer.sound.ledger.underruns;
    this.stalledSeconds += answer.sound.ledger.stalledSeconds;
  }
}
