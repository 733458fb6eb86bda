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
    this.posed.set(this.rest);
    for (const { channel, vertices, moves } of this.morphs) {
      const weight = pose[channel];
      if (weight === 0) continue;
      for (let i = 0; i < vertices.length; i++) {
        for (let axis = 0; axis < 3; axis++) this.posed[vertices[i] * 3 + axis] += weight * moves[i * 3 + axis];
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
    for (let n = 0, at = 0; n < head.length; n++, at += 3) {
      const share = head[n];
      if (share === 0) continue;
      let x = posed[at] - px, y = posed[at + 1] - py, z = posed[at + 2] - pz;
      [x, z] = rotated(x, z, -yaw * share);
      [y, z] = rotated(y, z, pitch * share);
      [x, y] = rotated(x, y, roll * share);
      posed[at] = x + px; posed[at + 1] = y + py; posed[at + 2] = z + pz;
    }
  }
}

function rotated(a: number, b: number, angle: number): [number, number] {
  const cos = Math.cos(angle), sin = Math.sin(angle);
  return [cos * a - sin * b, sin * a + cos * b];
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
