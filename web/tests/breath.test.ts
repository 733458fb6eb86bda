import { expect, test } from "vitest";
import { breathAt } from "../src/avatars/breath.ts";

test("breathes as the renderer on the server does", () => {
  // breath_at of avatar_serving/avatars/breath.py
  const known = [[0, 0.000000000000], [0.9, 0.612575844866], [1.72, 0.991310492814], [3.1, 0.307154150697], [60.5, 0.033316694108], [3600.25, 0.764165794821]] as const;
  for (const [seconds, breath] of known) expect(breathAt(seconds)).toBeCloseTo(breath, 9);
});
