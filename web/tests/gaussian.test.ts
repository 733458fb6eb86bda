import { describe, expect, it } from "vitest";
import { openPackage } from "../src/avatars/package.ts";
import { bind } from "../src/avatars/binding.ts";
import { Carrier, DepthOrder } from "../src/avatars/carry.ts";
import { readSplats } from "../src/avatars/splats.ts";
import { strToU8, zipSync } from "fflate";

const TRIANGLE = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]);
const BOUND = {
  corners: new Uint32Array([0, 1, 2]),
  rest: TRIANGLE,
  offsets: new Float32Array([0.1, 0.2, 0.3]),
  shapes: new Float32Array([4, 0.5, 0, 1, 0, 0.25]),
};

function carried(positions: Float32Array): { centre: number[]; spread: number[] } {
  const carrier = new Carrier(BOUND);
  carrier.carry(positions);
  return { centre: [...carrier.centres], spread: [...carrier.spreads] };
}

function near(found: number[], wanted: number[]): void {
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
}

describe("splats on a triangle", () => {
  it("stay as they are at rest", () => {
    near(carried(TRIANGLE).centre, [0.1, 0.2, 0.3]);
    near(carried(TRIANGLE).spread, [4, 0.5, 1]);
  });

  it("stretch with it", () => {
    near(carried(new Float32Array([0, 0, 0, 2, 0, 0, 0, 1, 0])).spread, [16, 1, 1]);
  });

  it("turn with it", () => {
    // A quarter turn about z: x to y, y to -x.
    const { centre, spread } = carried(new Float32Array([5, 0, 0, 5, 1, 0, 4, 0, 0]));
    near(centre, [4.8, 0.1, 0.3]);
    near(spread, [1, -0.5, 4]);
  });

  it("never stretch beyond bounds, nor break when it is folded away", () => {
    near(carried(new Float32Array([0, 0, 0, 100, 0, 0, 0, 1, 0])).spread.slice(0, 1), [36]);
    for (const value of carried(new Float32Array(9)).spread) expect(Number.isFinite(value)).toBe(true);
  });

  it("are sorted from far to near", () => {
    const centres = new Float32Array([0, 0, 0.5, 0, 0, -1, 0, 0, 2, 0, 0, 0]);
    expect([...new DepthOrder(4).sort(centres)]).toEqual([1, 3, 0, 2]);
  });
});

describe("what splats ride on", () => {
  const quad = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0]);
  const index = [0, 1, 2, 2, 1, 3];
  const opening = { channel: 0, vertices: new Uint32Array([3]), moves: new Float32Array([2, 2, 0]) };

  it("is the largest triangle of a vertex, itself first", () => {
    const { corners, rest } = bind(quad, index, []);
    expect([...corners]).toEqual([0, 1, 2, 1, 2, 0, 2, 0, 1, 3, 2, 1]);
    expect([...rest.subarray(9, 18)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it("is unfolded where a shape does so", () => {
    const { corners, rest } = bind(quad, index, [opening]);
    expect([...corners.subarray(3)]).toEqual([1, 3, 2, 2, 1, 3, 3, 2, 1]);
    expect([...rest.subarray(27)]).toEqual([3, 2, 0, 0, 1, 0, 1, 0, 0]);
  });

  it("must be there", () => {
    expect(() => bind(quad, [0, 1, 2], [])).toThrow("belongs to no triangle");
  });
});

describe("splats.ply", () => {
  const header = "ply\nformat binary_little_endian 1.0\nelement vertex 1\nend_header\n";

  function file(row: number[]): ArrayBuffer {
    const body = new Uint8Array(new Float32Array(row).buffer);
    return new Uint8Array([...strToU8(header), ...body]).buffer;
  }

  it("is read", () => {
    const splats = readSplats(file([1, 2, 3, 0, 0, 0, 0.5, 0.25, 0.75, 0, Math.log(2), 0, 0, 1, 0, 0, 0]));
    expect([...splats.offsets]).toEqual([1, 2, 3]);
    near([...splats.colours], [0.5, 0.25, 0.75, 0.5]);
    near([...splats.shapes], [4, 0, 0, 1, 0, 1]);
  });

  it("is refused when it is cut short", () => {
    expect(() => readSplats(file([1, 2, 3]))).toThrow("damaged");
    expect(() => readSplats(new ArrayBuffer(0))).toThrow("damaged");
  });
});

it("a package of splats opens", async () => {
  const manifest = { schema: "avatar-serving/package", version: 1, type: "gaussian", id: "x", name: "Lin", rest_weights: [0] };
  const files = { "manifest.json": strToU8(JSON.stringify(manifest)), "avatar.glb": strToU8("glTF"), "background.webp": strToU8("RIFF"), "splats.ply": strToU8("ply") };
  const opened = await openPackage(zipSync(files).slice().buffer as ArrayBuffer);
  expect(new TextDecoder().decode(opened.splats)).toBe("ply");
});
