// A page that draws /avatar.zip and says how long that takes: window.timed(size, poses), window.shown(size, poses, seconds).
import { GaussianView } from "../../src/avatars/gaussian.ts";
import { openPackage, type AvatarPackage } from "../../src/avatars/package.ts";
import { PortraitView } from "../../src/avatars/portrait.ts";
import { pixelRatio, type AvatarView } from "../../src/avatars/view.ts";

const WARM_UP = 20;

const canvas = document.body.appendChild(document.createElement("canvas"));
const view = fetch("/avatar.zip")
  .then((answer) => answer.arrayBuffer())
  .then(openPackage)
  .then(open);

/** As the page does; in one file, for the test serves no second. */
function open(avatar: AvatarPackage): Promise<AvatarView> {
  return (avatar.manifest.type === "gaussian" ? GaussianView : PortraitView).create(canvas, avatar);
}

interface Frame {
  /** Our own code, three.js and the recording of its WebGL calls. */
  readonly script_ms: number;
  /** Until the pixels are there. */
  readonly whole_ms: number;
}

/** Each pose drawn alone: the next begins when the pixels of the last are there. */
async function timed(size: number, poses: number[][]): Promise<Frame[]> {
  const shown = await view;
  shown.resize(size / pixelRatio());
  const context = canvas.getContext("webgl2") as WebGL2RenderingContext;
  const pixel = new Uint8Array(4);
  const frames = poses.map((pose) => {
    const start = performance.now();
    shown.draw(Float32Array.from(pose));
    const recorded = performance.now();
    // Answers only when all that was asked before has been drawn.
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, pixel);
    return { script_ms: recorded - start, whole_ms: performance.now() - start };
  });
  return frames.slice(WARM_UP);
}

/** Frames that the browser presents in *seconds*. */
async function shown(size: number, poses: number[][], seconds: number): Promise<number> {
  const drawn = await view;
  drawn.resize(size / pixelRatio());
  const start = performance.now();
  let frames = 0;
  return new Promise((resolve) => {
    const next = (): void => {
      drawn.draw(Float32Array.from(poses[frames++ % poses.length]));
      const passed = (performance.now() - start) / 1000;
      if (passed < seconds) requestAnimationFrame(next);
      else resolve(frames);
    };
    requestAnimationFrame(next);
  });
}

Object.assign(window, { timed, shown });
