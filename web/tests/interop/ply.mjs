// What three.js reads in the .ply of a splat cloud. Prints JSON: numbers of the first splats. Usage: node ply.mjs FILE
import { readFile } from "node:fs/promises";
import { PLYLoader } from "three/addons/loaders/PLYLoader.js";

const numbered = (name, count) => Array.from({ length: count }, (_, i) => `${name}_${i}`);
const loader = new PLYLoader();
loader.setCustomPropertyNameMapping({
  harmonic: numbered("f_dc", 3), opacity: ["opacity"], scale: numbered("scale", 3), rotation: numbered("rot", 4),
});
const { attributes } = loader.parse(new Uint8Array(await readFile(process.argv[2])).buffer);
const seen = Object.entries(attributes).map(([name, { array, itemSize }]) => [name, Array.from(array.slice(0, 50 * itemSize))]);
console.log(JSON.stringify({ count: attributes.position.count, ...Object.fromEntries(seen) }));
