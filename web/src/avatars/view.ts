import type { Bone, WebGLRenderer } from "three";
import type { Pose } from "../motion/channels.ts";
import type { AvatarPackage } from "./package.ts";
import { drawsInSoftware } from "./software.ts";

/** Draws an avatar on a canvas: the square of the package fills it. */
export interface AvatarView {
  /** Where the head stands across the square: 0 at its left edge, 1 at its right. */
  readonly headAcross: number;
  /** Fit the canvas to *cssPixels* on a side. */
  resize(cssPixels: number): void;
  /** *photo* 1 with the package's rest weights shows the uploaded picture; a talking face has 0. *breath* is 0 (out) to 1 (in). */
  draw(pose: Pose, photo?: number, breath?: number): void;
  dispose(): void;
}

/** The 3D library is most of the page's weight: it is loaded when there is something to draw. */
export async function openView(canvas: HTMLCanvasElement, avatar: AvatarPackage): Promise<AvatarView> {
  if (avatar.manifest.type === "gaussian") return (await import("./gaussian.ts")).GaussianView.create(canvas, avatar);
  return (await import("./portrait.ts")).PortraitView.create(canvas, avatar);
}

/** Of a scene in image square units, the middle being 0. */
export function acrossOf(head: Bone | null): number {
  head?.updateWorldMatrix(true, false);
  return head ? 0.5 + head.matrixWorld.elements[12] : 0.5;
}

/** A browser gives out few contexts: one that nobody draws on any more must not wait for the collector. */
export function release(renderer: WebGLRenderer): void {
  renderer.dispose();
  renderer.forceContextLoss();
}

const LARGEST_PIXEL_RATIO = 2;
/** Without a graphics processor every pixel costs: draw fewer, and let the browser smooth them. */
const SOFTWARE_PIXEL_RATIO = 0.7;

export function pixelRatio(): number {
  return drawsInSoftware() ? SOFTWARE_PIXEL_RATIO : Math.min(LARGEST_PIXEL_RATIO, devicePixelRatio);
}
