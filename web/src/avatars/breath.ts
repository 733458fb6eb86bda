/** Breathing, as the renderer on the server does it (avatar_serving/avatars/breath.py). */
const PERIOD_S = 4.3;
const INHALED = 0.4;
const RISE = 0.004;

/** 0 (out) to 1 (in) at a time in seconds. */
export function breathAt(seconds: number): number {
  const turns = seconds / PERIOD_S + 0.06 * Math.sin(seconds * 0.37);
  const phase = turns - Math.floor(turns);
  if (phase < INHALED) return 0.5 - 0.5 * Math.cos((Math.PI * phase) / INHALED);
  return 0.5 + 0.5 * Math.cos((Math.PI * (phase - INHALED)) / (1 - INHALED));
}

/** Shared by the materials of a view. */
export interface Breath {
  value: number;
}

/** How far what is at a height of the image square, -0.5 to 0.5, is raised. */
export const RAISED = /* glsl */ `
uniform float breath;
float raised(float y) { return ${RISE} * breath * smoothstep(-0.5, -0.25, y); }
`;
