import type { Bone, SkinnedMesh } from "three";
import { ARKIT, channelIndex, type Pose } from "../motion/channels.ts";

const RADIANS = Math.PI / 180;
const YAW = channelIndex("headYaw");

export interface Morph {
  readonly channel: number;
  readonly vertices: Uint32Array;
  readonly moves: Float32Array;
}

/** Poses a mesh on the processor, because the splats that ride on it have to be sorted there. */
export class Poser {
  readonly rest: Float32Array;
  readonly posed: Float32Array;
  readonly morphs: readonly Morph[];
  private readonly head: Float32Array;

  constructor(mesh: SkinnedMesh, private readonly bone: Bone) {
    const { attributes, morphAttributes } = mesh.geometry;
    this.rest = Float32Array.from(attributes.position.array);
    this.posed = new Float32Array(this.rest.length);
    this.head = Float32Array.from({ length: attributes.position.count }, (_, n) => attributes.skinWeight.getY(n));
    const slots = mesh.morphTargetDictionary ?? {};
    this.morphs = ARKIT.flatMap((name, channel) => {
      const target = morphAttributes.position?.[slots[name] ?? -1];
      return target ? [sparse(channel, target.array)] : [];
    });
  }

  pose(pose: Pose): Float32Array {
    const { posed } = this;
    posed.set(this.rest);
    for (const { channel, vertices, moves } of this.morphs) {
      const weight = pose[channel];
      if (weight === 0) continue;
      for (let i = 0; i < vertices.length; i++) {
        const to = vertices[i] * 3, from = i * 3;
        posed[to] += weight * moves[from];
        posed[to + 1] += weight * moves[from + 1];
        posed[to + 2] += weight * moves[from + 2];
      }
    }
    this.turn(pose[YAW] * RADIANS, -pose[YAW + 1] * RADIANS, -pose[YAW + 2] * RADIANS);
    return this.posed;
  }

  /** R = Rz(roll) Rx(pitch) Ry(yaw), each vertex by its share of the angles. */
  private turn(yaw: number, pitch: number, roll: number): void {
    if (!yaw && !pitch && !roll) return;
    const { posed, head } = this;
    const { x: px, y: py, z: pz } = this.bone.position;
    // Most vertices have the share of the one before: its sines and cosines are kept.
    let turned = NaN, cy = 1, sy = 0, cp = 1, sp = 0, cr = 1, sr = 0;
    for (let n = 0, at = 0; n < head.length; n++, at += 3) {
      const share = head[n];
      if (share === 0) continue;
      if (share !== turned) {
        turned = share;
        cy = Math.cos(-yaw * share); sy = Math.sin(-yaw * share);
        cp = Math.cos(pitch * share); sp = Math.sin(pitch * share);
        cr = Math.cos(roll * share); sr = Math.sin(roll * share);
      }
      const x0 = posed[at] - px, y0 = posed[at + 1] - py, z0 = posed[at + 2] - pz;
      const x = cy * x0 - sy * z0, z = sy * x0 + cy * z0;
      const y = cp * y0 - sp * z;
      posed[at] = cr * x - sr * y + px;
      posed[at + 1] = sr * x + cr * y + py;
      posed[at + 2] = sp * y0 + cp * z + pz;
    }
  }
}

function sparse(channel: number, moves: ArrayLike<number>): Morph {
  const vertices: number[] = [];
  for (let n = 0; n < moves.length / 3; n++) {
    if (moves[n * 3] || moves[n * 3 + 1] || moves[n * 3 + 2]) vertices.push(n);
  }
  const kept = new Float32Array(vertices.length * 3);
  vertices.forEach((n, i) => kept.set([moves[n * 3], moves[n * 3 + 1], moves[n * 3 + 2]], i * 3));
  return { channel, vertices: Uint32Array.from(vertices), moves: kept };
}
