/** Moves splats with the triangles they ride on; avatar_serving/avatars/splat_kernels.py does the same. */

/** Bounds of what a triangle's deformation may stretch. */
const LEAST = 0.01;
const MOST = 3;
const TINY = 1e-12;

export interface Bound {
  /** Corners of each splat's triangle, three vertex numbers each; the first is the splat's own. */
  readonly corners: Uint32Array;
  /** Where they are at rest, nine numbers each. */
  readonly rest: Float32Array;
  /** From the vertex to the splat at rest, three numbers each. */
  readonly offsets: Float32Array;
  /** Covariances at rest, six numbers each: xx, xy, xz, yy, yz, zz. */
  readonly shapes: Float32Array;
}

/** The axes of a triangle (rows of 3: along its first edge, across it, its normal) and its edges in the first two: (p, 0), (q, r). */
class Frame {
  readonly axes = new Float64Array(9);
  p = 0;
  q = 0;
  r = 0;

  of(at: Float32Array, a: number, b: number, c: number): this {
    const { axes } = this;
    const e0 = at[b] - at[a], e1 = at[b + 1] - at[a + 1], e2 = at[b + 2] - at[a + 2];
    const f0 = at[c] - at[a], f1 = at[c + 1] - at[a + 1], f2 = at[c + 2] - at[a + 2];
    this.p = Math.sqrt(e0 * e0 + e1 * e1 + e2 * e2);
    const scale = 1 / Math.max(this.p, TINY);
    axes[0] = e0 * scale; axes[1] = e1 * scale; axes[2] = e2 * scale;
    this.q = f0 * axes[0] + f1 * axes[1] + f2 * axes[2];
    let n0 = e1 * f2 - e2 * f1, n1 = e2 * f0 - e0 * f2, n2 = e0 * f1 - e1 * f0;
    let area = Math.sqrt(n0 * n0 + n1 * n1 + n2 * n2);
    if (area <= TINY * this.p) {
      // Folded flat: any direction across the edge will do.
      [n0, n1, n2] = Math.abs(axes[2]) < 0.9 ? [-axes[1] * axes[2] - axes[0] * axes[2], 0, 1] : [1, 0, 0];
      const along = n0 * axes[0] + n1 * axes[1] + n2 * axes[2];
      n0 -= along * axes[0]; n1 -= along * axes[1]; n2 -= along * axes[2];
      area = Math.max(TINY, Math.sqrt(n0 * n0 + n1 * n1 + n2 * n2));
    }
    axes[6] = n0 / area; axes[7] = n1 / area; axes[8] = n2 / area;
    axes[3] = axes[7] * axes[2] - axes[8] * axes[1];
    axes[4] = axes[8] * axes[0] - axes[6] * axes[2];
    axes[5] = axes[6] * axes[1] - axes[7] * axes[0];
    this.r = f0 * axes[3] + f1 * axes[4] + f2 * axes[5];
    return this;
  }
}

/** A 2 x 2 matrix with its singular values brought into LEAST..MOST. */
function clamped(f: Float64Array): void {
  let e = (f[0] + f[3]) / 2, d = (f[0] - f[3]) / 2, g = (f[2] + f[1]) / 2, h = (f[2] - f[1]) / 2;
  // Math.hypot takes many times as long.
  const q = Math.sqrt(e * e + h * h), r = Math.sqrt(d * d + g * g);
  if (q + r <= MOST && Math.abs(q - r) >= LEAST) return;
  const big = Math.min(Math.max(q + r, LEAST), MOST);
  const little = Math.min(Math.max(Math.abs(q - r), LEAST), MOST) * (q < r ? -1 : 1);
  const q2 = (big + little) / 2, r2 = (big - little) / 2;
  [e, h] = q > 0 ? [(e / q) * q2, (h / q) * q2] : [q2, 0];
  [d, g] = r > 0 ? [(d / r) * r2, (g / r) * r2] : [r2, 0];
  f[0] = e + d; f[1] = g - h; f[2] = g + h; f[3] = e - d;
}

/** Centres (3 numbers each) and what is seen of the covariances from the front (3 each: xx, xy, yy), for a posed mesh. */
export class Carrier {
  readonly centres: Float32Array;
  readonly spreads: Float32Array;
  private readonly before = new Frame();
  private readonly after = new Frame();
  private readonly flat = new Float64Array(4);
  private readonly deformed = new Float64Array(9);
  /** At rest: axes, then p, q, r of each triangle. */
  private readonly rest: Float32Array;

  constructor(private readonly bound: Bound) {
    const count = bound.corners.length / 3;
    this.centres = new Float32Array(count * 3);
    this.spreads = new Float32Array(count * 3);
    this.rest = new Float32Array(count * 12);
    for (let n = 0; n < count; n++) {
      const { axes, p, q, r } = this.before.of(bound.rest, n * 9, n * 9 + 3, n * 9 + 6);
      this.rest.set(axes, n * 12);
      this.rest.set([Math.max(p, 1e-9), q, Math.max(r, 1e-9)], n * 12 + 9);
    }
  }

  carry(posed: Float32Array): void {
    const { corners, offsets, shapes } = this.bound;
    for (let n = 0, at = 0; at < corners.length; n++, at += 3) {
      const j = this.deformation(posed, n);
      const vertex = corners[at] * 3;
      const x = offsets[at], y = offsets[at + 1], z = offsets[at + 2];
      for (let i = 0; i < 3; i++) this.centres[at + i] = posed[vertex + i] + j[i * 3] * x + j[i * 3 + 1] * y + j[i * 3 + 2] * z;
      const s = n * 6;
      const xx = shapes[s], xy = shapes[s + 1], xz = shapes[s + 2], yy = shapes[s + 3], yz = shapes[s + 4], zz = shapes[s + 5];
      const a0 = j[0] * xx + j[1] * xy + j[2] * xz, a1 = j[0] * xy + j[1] * yy + j[2] * yz, a2 = j[0] * xz + j[1] * yz + j[2] * zz;
      const b0 = j[3] * xx + j[4] * xy + j[5] * xz, b1 = j[3] * xy + j[4] * yy + j[5] * yz, b2 = j[3] * xz + j[4] * yz + j[5] * zz;
      this.spreads[at] = a0 * j[0] + a1 * j[1] + a2 * j[2];
      this.spreads[at + 1] = a0 * j[3] + a1 * j[4] + a2 * j[5];
      this.spreads[at + 2] = b0 * j[3] + b1 * j[4] + b2 * j[5];
    }
  }

  /** J, row by row. */
  private deformation(posed: Float32Array, n: number): Float64Array {
    const { corners } = this.bound;
    const { axes: now, p, q, r } = this.after.of(posed, corners[n * 3] * 3, corners[n * 3 + 1] * 3, corners[n * 3 + 2] * 3);
    const { rest, flat, deformed } = this;
    const o = n * 12;
    const p0 = rest[o + 9], q0 = rest[o + 10], r0 = rest[o + 11];
    flat[0] = p / p0; flat[1] = (q - (p * q0) / p0) / r0; flat[2] = 0; flat[3] = r / r0;
    clamped(flat);
    for (let c = 0; c < 3; c++) {
      const u = flat[0] * rest[o + c] + flat[1] * rest[o + 3 + c];
      const v = flat[2] * rest[o + c] + flat[3] * rest[o + 3 + c];
      const w = rest[o + 6 + c];
      for (let i = 0; i < 3; i++) deformed[i * 3 + c] = now[i] * u + now[3 + i] * v + now[6 + i] * w;
    }
    return deformed;
  }
}

/** Numbers of splats, the farthest first, by the last of the three numbers of each centre. */
export class DepthOrder {
  private static readonly BINS = 4096;
  readonly order: Uint32Array;
  private readonly bins: Uint16Array;
  private readonly starts = new Uint32Array(DepthOrder.BINS + 1);

  constructor(count: number) {
    this.order = new Uint32Array(count);
    this.bins = new Uint16Array(count);
  }

  sort(centres: Float32Array): Uint32Array {
    let low = Infinity, high = -Infinity;
    for (let i = 2; i < centres.length; i += 3) {
      low = Math.min(low, centres[i]);
      high = Math.max(high, centres[i]);
    }
    const scale = (DepthOrder.BINS - 1) / Math.max(high - low, 1e-6);
    const { bins, starts, order } = this;
    starts.fill(0);
    for (let n = 0; n < bins.length; n++) {
      bins[n] = (centres[n * 3 + 2] - low) * scale;
      starts[bins[n] + 1]++;
    }
    for (let bin = 0; bin < DepthOrder.BINS; bin++) starts[bin + 1] += starts[bin];
    for (let n = 0; n < bins.length; n++) order[starts[bins[n]]++] = n;
    return order;
  }
}
