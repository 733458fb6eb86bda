import { signal } from "@preact/signals";
import type { Affect, Gesture } from "../protocol.ts";
import { ABSENT, affectOf, headPose } from "./expression.ts";
import { GestureDetector } from "./gestures.ts";
import { openEyes, type Eyes } from "./models.ts";
import { type Hand, WaveDetector } from "./waves.ts";

const LOOK_MS = 100;
const TELL_MS = 250;
/** Between two looks for a hand while none is about: finding one costs more than following it. */
const SEARCH_MS = 500;
/** A hand that was seen this recently is about. */
const ABOUT_MS = 1500;
const WANTED = { video: { width: 320, height: 240, facingMode: "user" }, audio: false } as const;

export type WatcherState = "off" | "starting" | "on";

/**
 * Looks at the user through their camera, once they allow it. The pictures stay in this page: MediaPipe reads
 * them here, and only its numbers are told.
 */
export class Watcher {
  readonly state = signal<WatcherState>("off");
  readonly seen = signal<Affect | null>(null);
  private readonly gestures = new GestureDetector();
  private readonly waves = new WaveDetector();
  private eyes: Eyes | null = null;
  private stream: MediaStream | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private gesture: Gesture = "none";
  private toldMs = 0;
  private searchedMs = -Infinity;
  private handMs = -Infinity;

  constructor(private readonly tell: (affect: Affect) => void) {}

  /** Throws what the browser or the server says against it. */
  async start(video: HTMLVideoElement): Promise<void> {
    if (this.state.value !== "off") return;
    this.state.value = "starting";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
      video.srcObject = this.stream;
      await video.play();
      this.eyes ??= await openEyes();
      // The user may have thought better of it while the model was loading.
      if (this.stream === null) return;
      this.state.value = "on";
      this.timer = setInterval(() => this.look(video), LOOK_MS);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop(): void {
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    if (this.state.value === "on") this.tell(ABSENT);
    this.seen.value = null;
    this.state.value = "off";
  }

  private look(video: HTMLVideoElement): void {
    if (!this.eyes || video.readyState < video.HAVE_CURRENT_DATA) return;
    const nowMs = performance.now();
    this.lookForHand(this.eyes, video, nowMs);
    const { faceBlendshapes, facialTransformationMatrixes } = this.eyes.face.detectForVideo(video, nowMs);
    const [shapes, matrix] = [faceBlendshapes[0], facialTransformationMatrixes[0]];
    if (!shapes || !matrix) return this.report({ ...ABSENT, gesture: this.gesture }, nowMs);
    const { yaw, pitch } = headPose(matrix.data);
    const gesture = this.gestures.push({ atMs: nowMs, yaw, pitch });
    if (gesture !== "none") this.gesture = gesture;
    const scores = new Map(shapes.categories.map(({ categoryName, score }) => [categoryName, score]));
    this.report(affectOf(scores, yaw, pitch, this.gesture), nowMs);
  }

  private lookForHand({ hands }: Eyes, video: HTMLVideoElement, nowMs: number): void {
    if (nowMs - this.handMs > ABOUT_MS && nowMs - this.searchedMs < SEARCH_MS) return;
    this.searchedMs = nowMs;
    const [found] = hands.detectForVideo(video, nowMs).landmarks;
    const [width, height] = [video.videoWidth, video.videoHeight];
    const hand: Hand | null = found ? found.map(({ x, y }) => ({ x: x * width, y: y * height })) : null;
    if (hand) this.handMs = nowMs;
    if (this.waves.push(nowMs, hand)) this.gesture = "wave";
  }

  private report(affect: Affect, nowMs: number): void {
    this.seen.value = affect;
    if (nowMs - this.toldMs < TELL_MS) return;
    this.toldMs = nowMs;
    this.gesture = "none";
    this.tell(affect);
  }
}
