import { PackageError } from "./package.ts";
import type { Morph } from "./posing.ts";

/** Which triangle each splat rides on; avatar_serving/avatars/gaussian.py does the same. */
export interface Binding {
  /** Three vertex numbers for each vertex, itself first: the largest of its triangles at rest. */
  readonly corners: Uint32Array;
  /** Where they are at rest, nine numbers each. */
  readonly rest: Float32Array;
}

/** A triangle with less than this share of the area that a shape gives it is folded away. */
const FOLDED = 0.05;

/** *unfolding*: shapes; a triangle that one of them unfolds is at rest as it makes it. */
export function bind(positions: Float32Array, index: ArrayLike<number>, unfolding: readonly Morph[]): Binding {
  const rest = cornersOf(positions, index);
  const areas = Float64Array.from({ length: index.length / 3 }, (_, n) => area(rest, n));
  unfold(positions, index, unfolding, rest, areas);
  const count = positions.length / 3;
  const binding = { corners: new Uint32Array(count * 3), rest: new Float32Array(count * 9) };
  const largest = new Float64Array(count).fill(-1);
  for (let at = 0; at < index.length; at++) {
    const n = Math.floor(at / 3), vertex = index[at];
    if (areas[n] <= largest[vertex]) continue;
    largest[vertex] = areas[n];
    for (let k = 0; k < 3; k++) {
      const corner = n * 3 + ((at + k) % 3);
      binding.corners[vertex * 3 + k] = index[corner];
      binding.rest.set(rest.subarray(corner * 3, corner * 3 + 3), vertex * 9 + k * 3);
    }
  }
  if (largest.includes(-1)) throw new PackageError("a vertex belongs to no triangle");
  return binding;
}

/** Writes the corners of triangles that are folded away to *rest*, and their areas to *areas*, as they are when unfolded. */
function unfold(positions: Float32Array, index: ArrayLike<number>, shapes: readonly Morph[], rest: Float32Array, areas: Float64Array): void {
  const neutral = areas.slice();
  const moved = positions.slice();
  for (const { vertices, moves } of shapes) {
    for (let i = 0; i < vertices.length; i++) {
      for (let axis = 0; axis < 3; axis++) moved[vertices[i] * 3 + axis] += moves[i * 3 + axis];
    }
    const corners = cornersOf(moved, index);
    for (let n = 0; n < areas.length; n++) {
      const wide = area(corners, n);
      if (wide <= areas[n] || neutral[n] >= FOLDED * wide) continue;
      areas[n] = wide;
      rest.set(corners.subarray(n * 9, n * 9 + 9), n * 9);
    }
    for (const vertex of vertices) moved.set(positions.subarray(vertex * 3, vertex * 3 + 3), vertex * 3);
  }
}

/** Nine numbers for each triangle. */
function cornersOf(positions: Float32Array, index: ArrayLike<number>): Float32Array {
  const corners = new Float32Array(index.length * 3);
  for (let at = 0; at < index.length; at++) {
    for (let axis = 0; axis < 3; axis++) corners[at * 3 + axis] = positions[index[at] * 3 + axis];
  }
  return corners;
}

/** Twice that of the *n*-th triangle. */
function area(at: Float32Array, n: number): number {
  const o = n * 9;
  const e0 = at[o + 3] - at[o], e1 = at[o + 4] - at[o + 1], e2 = at[o + 5] - at[o + 2];
  const f0 = at[o + 6] - at[o], f1 = at[o + 7] - at[o + 1], f2 = at[o + 8] - at[o + 2];
  return Math.hypot(e1 * f2 - e2 * f1, e2 * f0 - e0 * f2, e0 * f1 - e1 * f0);
}
