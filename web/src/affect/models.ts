import type { FaceLandmarker, HandLandmarker } from "@mediapipe/tasks-vision";
import { request } from "../api/http.ts";

/** What looks at a picture. */
export interface Eyes {
  readonly face: FaceLandmarker;
  readonly hands: HandLandmarker;
}

/** MediaPipe's program is part of this page, its models come from our own server: nobody else is asked. */
export async function openEyes(): Promise<Eyes> {
  const [{ FaceLandmarker, HandLandmarker }, loader, binary, faces, hands] = await Promise.all([
    import("@mediapipe/tasks-vision"),
    import("@mediapipe/tasks-vision/vision_wasm_internal.js?url"),
    import("@mediapipe/tasks-vision/vision_wasm_internal.wasm?url"),
    bundle("face"),
    bundle("hand"),
  ]);
  const files = { wasmLoaderPath: loader.default, wasmBinaryPath: binary.default };
  return {
    face: await FaceLandmarker.createFromOptions(files, {
      ...usual(faces), numFaces: 1, outputFaceBlendshapes: true, outputFacialTransformationMatrixes: true,
    }),
    hands: await HandLandmarker.createFromOptions(files, { ...usual(hands), numHands: 1 }),
  };
}

function usual(model: Uint8Array) {
  return { baseOptions: { modelAssetBuffer: model, delegate: "CPU" }, runningMode: "VIDEO" } as const;
}

async function bundle(part: "face" | "hand"): Promise<Uint8Array> {
  const response = await request(`/v1/camera/${part}_landmarker.task`);
  return new Uint8Array(await response.arrayBuffer());
}
