import { PackageError } from "./package.ts";

/** A splat for each vertex of a mesh, as splats.ply of a package holds them. */
export interface Splats {
  readonly count: number;
  /** From the vertex, three numbers each. */
  readonly offsets: Float32Array;
  /** Covariances, six numbers each: xx, xy, xz, yy, yz, zz. */
  readonly shapes: Float32Array;
  /** sRGB and opacity, 0..1, four numbers each. */
  readonly colours: Float32Array;
}

const WIDTH = 17;
const COLOUR = 6;
const OPACITY = 9;
const SCALE = 10;
const TURN = 13;
const LARGEST = 200_000;

export function readSplats(ply: ArrayBuffer): Splats {
  const text = new TextDecoder("ascii").decode(ply.slice(0, 2048));
  const end = text.indexOf("end_header\n");
  const count = Number(/element vertex (\d+)/.exec(text)?.[1]);
  const start = end + "end_header\n".length;
  if (end < 0 || !(count > 0 && count <= LARGEST) || ply.byteLength !== start + count * WIDTH * 4) {
    throw new PackageError("splats.ply is damaged");
  }
  const rows = new Float32Array(ply.slice(start));
  const splats = { count, offsets: new Float32Array(count * 3), shapes: new Float32Array(count * 6), colours: new Float32Array(count * 4) };
  for (let n = 0; n < count; n++) {
    const row = rows.subarray(n * WIDTH, (n + 1) * WIDTH);
    splats.offsets.set(row.subarray(0, 3), n * 3);
    splats.colours.set(row.subarray(COLOUR, COLOUR + 3), n * 4);
    splats.colours[n * 4 + 3] = 1 / (1 + Math.exp(-row[OPACITY]));
    splats.shapes.set(covariance(row), n * 6);
  }
  return splats;
}

/** R diag(s^2) R^T: xx, xy, xz, yy, yz, zz. */
function covariance(row: Float32Array): number[] {
  const [w, x, y, z] = row.subarray(TURN, TURN + 4);
  const [a, b, c] = row.subarray(SCALE, SCALE + 3).map((scale) => Math.exp(2 * scale));
  const r = [
    1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
    2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
    2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
  ];
  const at = (i: number, j: number): number => r[i * 3] * a * r[j * 3] + r[i * 3 + 1] * b * r[j * 3 + 1] + r[i * 3 + 2] * c * r[j * 3 + 2];
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 1), at(1, 2), at(2, 2)];
}
