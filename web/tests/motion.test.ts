import { describe, expect, it } from "vitest";
import { base64FromBytes } from "../src/audio/pcm.ts";
import { CHANNELS, channelIndex, mouthOpening, restPose, type Pose } from "../src/motion/channels.ts";
import { ClipLoop, QuietLoop } from "../src/motion/clips.ts";
import { decodeFrames, frameLayout } from "../src/motion/decode.ts";
import { FaceDirector } from "../src/motion/director.ts";
import { MotionTimeline } from "../src/motion/timeline.ts";

const JAW = channelIndex("jawOpen");
const YAW = channelIndex("headYaw");

function jaw(open: number): Pose {
  const pose = restPose();
  pose[JAW] = open;
  return pose;
}

function encode(values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  values.forEach((value, i) => view.setInt16(2 * i, value, true));
  return base64FromBytes(new Uint8Array(view.buffer));
}

describe("decoding frames", () => {
  it("reads weights of one and angles of ninety degrees at full scale", () => {
    const poses = decodeFrames(encode([32767, -32767, 0, 16384]), frameLayout(["jawOpen", "headYaw"]));
    expect(poses).toHaveLength(2);
    expect(poses[0][JAW]).toBeCloseTo(1);
    expect(poses[0][YAW]).toBeCloseTo(-90);
    expect(poses[1][YAW]).toBeCloseTo(45, 2);
  });

  it("goes by the names in the header, not by their order, and passes over names it does not know", () => {
    const [pose] = decodeFrames(encode([100, 32767, 32767]), frameLayout(["tailWag", "headYaw", "jawOpen"]));
    expect(pose).toHaveLength(CHANNELS.length);
    expect(pose[JAW]).toBeCloseTo(1);
    expect(pose[YAW]).toBeCloseTo(90);
  });
});

describe("the timeline of an answer", () => {
  it("interpolates between frames", () => {
    const timeline = new MotionTimeline(30);
    timeline.add(0, [jaw(0), jaw(1)]);
    const out = restPose();
    expect(timeline.sample(1 / 60, out)).toBe(true);
    expect(out[JAW]).toBeCloseTo(0.5);
  });

  it("joins deltas into one motion", () => {
    const timeline = new MotionTimeline(30);
    timeline.add(0, [jaw(0), jaw(0.2)]);
    timeline.add(2 / 30, [jaw(0.4), jaw(0.6)]);
    const out = restPose();
    timeline.sample(1.5 / 30, out);
    expect(out[JAW]).toBeCloseTo(0.3);
    expect(timeline.endSeconds).toBeCloseTo(0.1);
  });

  it("has nothing to show long before, long after and in a hole", () => {
    const timeline = new MotionTimeline(30);
    timeline.add(1, [jaw(1)]);
    timeline.add(2, [jaw(1)]);
    const out = restPose();
    expect([0.5, 1.5, 2.5].map((t) => timeline.sample(t, out))).toEqual([false, false, false]);
    expect([0.98, 1.02, 2.02].map((t) => timeline.sample(t, out))).toEqual([true, true, true]);
  });

  it("may be asked in any order, and ignores frames that come twice", () => {
    const timeline = new MotionTimeline(10);
    timeline.add(0, [jaw(0), jaw(0.5), jaw(1)]);
    timeline.add(0.1, [jaw(0.9)]);
    const out = restPose();
    const seen = [0.2, 0.1, 0].map((t) => {
      timeline.sample(t, out);
      return out[JAW];
    });
    expect(seen).toEqual([1, 0.5, 0]);
  });
});

describe("loops", () => {
  it("repeat a clip without a seam", () => {
    const loop = new ClipLoop([jaw(0), jaw(1)], 10);
    const out = restPose();
    loop.sample(0.15, out);
    expect(out[JAW]).toBeCloseTo(0.5);
    loop.sample(0.2, out);
    expect(out[JAW]).toBeCloseTo(0);
  });

  it("without clips still blink and keep the mouth closed", () => {
    const loop = new QuietLoop();
    const out = restPose();
    let blinks = 0;
    for (let t = 0; t < 12; t += 1 / 60) {
      loop.sample(t, out);
      expect(mouthOpening(out)).toBe(0);
      blinks = Math.max(blinks, out[channelIndex("eyeBlinkLeft")]);
    }
    expect(blinks).toBeGreaterThan(0.9);
  });
});

describe("the director", () => {
  function still(open: number): ClipLoop {
    return new ClipLoop([jaw(open)], 30);
  }

  function run(director: FaceDirector, from: number, seconds: number, speech: Pose | null): Pose {
    let pose = director.update(from, speech);
    for (let t = from; t <= from + seconds; t += 1 / 60) pose = director.update(t, speech);
    return pose;
  }

  it("lets speech take the mouth within 50 ms, and brings it to rest within 120 ms of silence", () => {
    const director = new FaceDirector();
    director.setLoop("idle", still(0));
    run(director, 0, 0.1, null);
    expect(run(director, 0.1, 0.08, jaw(0.8))[JAW]).toBeCloseTo(0.8);
    expect(run(director, 0.2, 0.15, null)[JAW]).toBeCloseTo(0);
  });

  it("crosses from one behaviour to the next without a jump", () => {
    const director = new FaceDirector();
    const turned = restPose();
    turned[YAW] = 10;
    director.setLoop("idle", still(0));
    director.setLoop("thinking", new ClipLoop([turned], 30));
    run(director, 0, 0.5, null);
    director.setBehaviour("thinking");
    let last = 0;
    for (let t = 0.5; t < 1; t += 1 / 60) {
      const yaw = director.update(t, null)[YAW];
      expect(Math.abs(yaw - last)).toBeLessThan(1.5);
      last = yaw;
    }
    expect(last).toBeCloseTo(10);
  });

  it("lays a mood over a loop, softly, and leaves speech alone", () => {
    const director = new FaceDirector();
    const smile = channelIndex("mouthSmileLeft");
    director.setLoop("idle", still(0.1));
    run(director, 0, 0.5, null);
    director.setMood({ mouthSmileLeft: 0.6, noSuchChannel: 1 });
    expect(director.update(0.52, null)[smile]).toBeLessThan(0.1);
    const pose = run(director, 0.5, 2, null);
    expect(pose[smile]).toBeCloseTo(0.6, 1);
    expect(pose[JAW]).toBeCloseTo(0.1);
    expect(run(director, 2.5, 0.5, jaw(0.4))[smile]).toBeCloseTo(0);
    director.setMood({});
    expect(run(director, 3, 3, null)[smile]).toBeCloseTo(0, 1);
  });

  it("uses the idle loop where a behaviour has none", () => {
    const director = new FaceDirector();
    director.setLoop("idle", still(0.3));
    director.setBehaviour("speaking");
    expect(run(director, 0, 0.5, null)[JAW]).toBeCloseTo(0.3);
  });
});
