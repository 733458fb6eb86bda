// A page that draws /avatar.zip in any pose: window.drawn(size, pose, breath) answers with a PNG as a data URL.
import { openPackage } from "../../src/avatars/package.ts";
import { openView, pixelRatio } from "../../src/avatars/view.ts";

const canvas = document.body.appendChild(document.createElement("canvas"));
const view = fetch("/avatar.zip")
  .then((answer) => answer.arrayBuffer())
  .then(openPackage)
  .then((avatar) => openView(canvas, avatar));

async function drawn(size: number, pose: number[], breath = 0): Promise<string> {
  const shown = await view;
  shown.resize(size / pixelRatio());
  shown.draw(Float32Array.from(pose), 0, breath);
  return canvas.toDataURL();
}

Object.assign(window, { drawn });
