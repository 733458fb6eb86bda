import type { FaceLandmarker } from "@mediapipe/tasks-vision";
import { signal } from "@preact/signals";
import { request } from "../api/http.ts";
import type { Affect, Gesture } from "../protocol.ts";
import { ABSENT, affectOf, headPose } from "./expression.ts";
import { GestureDetector } from "./gestures.ts";

const LOOK_MS = 100;
const TELL_MS = 250;
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
  private landmarker: FaceLandmarker | null = null;
  private stream: MediaStream | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private gesture: Gesture = "none";
  private toldMs = 0;

  constructor(private readonly tell: (affect: Affect) => void) {}

  /** Throws what the browser or the server says against it. */
  async start(video: HTMLVideoElement): Promise<void> {
    if (this.state.value !== "off") return;
    this.state.value = "starting";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
      video.srcObject = this.stream;
      await video.play();
      this.landmarker ??= await loadLandmarker();
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
    if (!this.landmarker || video.readyState < video.HAVE_CURRENT_DATA) return;
    const nowMs = performance.now();
    const { faceBlendshapes, facialTransformationMatrixes } = this.landmarker.detectForVideo(video, nowMs);
    const [shapes, matrix] = [faceBlendshapes[0], facialTransformationMatrixes[0]];
    if (!shapes || !matrix) return this.report(ABSENT, nowMs);
    const { yaw, pitch } = headPose(matrix.data);
    const gesture = this.gestures.push({ atMs: nowMs, yaw, pitch });
    if (gesture !== "none") this.gesture = gesture;
    const scores = new Map(shapes.categories.map(({ categoryName, score }) => [categoryName, score]));
    this.report(affectOf(scores, yaw, pitch, this.gesture), nowMs);
  }

  private report(affect: Affect, nowMs: number): void {
    this.seen.value = affect;
    if (nowMs - this.toldMs < TELL_MS) return;
    this.toldMs = nowMs;
    this.gesture = "none";
    this.tell(affect);
  }
}

/** MediaPipe's program is part of this page, its model comes from our own server: nobody else is asked. */
async function loadLandmarker(): Promise<FaceLandmarker> {
  const [{ FaceLandmarker }, loader, binary, model] = await Promise.all([
    import("@mediapipe/tasks-vision"),
    import("@mediapipe/tasks-vision/vision_wasm_internal.js?url"),
    import("@mediapipe/tasks-vision/vision_wasm_internal.wasm?url"),
    request("/v1/camera/face_landmarker.task").then((response) => response.arrayBuffer()),
  ]);
  return FaceLandmarker.createFromOptions(
    { wasmLoaderPath: loader.default, wasmBinaryPath: binary.default },
    {
      baseOptions: { modelAssetBuffer: new Uint8Array(model), delegate: "CPU" },
      runningMode: "VIDEO",
      numFaces: 1,
      outputFaceBlendshapes: true,
      outputFacialTransformationMatrixes: true,
    },
  );
}
