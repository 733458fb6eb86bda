// What Niantic's own library makes of a .spz. Prints JSON: numbers of the first splats. Usage: node spz.mjs FILE
import { readFile } from "node:fs/promises";
import { loadSpz } from "@spz-loader/core";

// The library's build for browsers works here too; the one for Node does not.
process.type = "renderer";
globalThis.window = globalThis;
const cloud = await loadSpz(await readFile(process.argv[2]));
const first = (values, width) => Array.from(values.slice(0, 50 * width));
console.log(JSON.stringify({
  count: cloud.numPoints,
  degree: cloud.shDegree,
  positions: first(cloud.positions, 3),
  scales: first(cloud.scales, 3),
  rotations: first(cloud.rotations, 4),
  opacities: first(cloud.alphas, 1),
  colours: first(cloud.colors, 3),
}));
