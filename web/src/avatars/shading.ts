import type { MeshBasicMaterial } from "three";
import { RAISED, type Breath } from "./breath.ts";

/** Thin slivers of a surface cover much of the texture in one pixel. A graphics processor would take for them a mip level
 * in which the picture and what is beside it are one colour: bright dots along folded lids. No pixel here takes more of
 * the texture than one of the picture around it does. */
const SAMPLED = /* glsl */ `
uniform float largestStep;
vec2 bounded(vec2 step) { return step * min(1.0, largestStep / max(length(step), 1e-9)); }
`;
const MAP = /* glsl */ `
diffuseColor *= textureGrad(map, vMapUv, bounded(dFdx(vMapUv)), bounded(dFdy(vMapUv)));
`;
/** How much more of the texture than in the front view a surface that is seen from the side may take. */
const LEEWAY = 1.5;

/** Shared by the materials of a view, in texture widths. */
export interface LargestStep {
  value: number;
}

export function largestStep(canvasPixels: number): number {
  return LEEWAY / Math.max(1, canvasPixels);
}

export function boundSteps(material: MeshBasicMaterial, step: LargestStep): void {
  material.onBeforeCompile = (shader) => {
    shader.uniforms.largestStep = step;
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <map_pars_fragment>", `#include <map_pars_fragment>${SAMPLED}`)
      .replace("#include <map_fragment>", MAP);
  };
}

/** Puts what is drawn *back* in depth, a share of the range between the camera's planes, and leaves it where it is seen.
 * A polygon offset would not do: its unit depends on the depth buffer's format. */
export function pushBack(material: MeshBasicMaterial, back: number): void {
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader.replace(
      "#include <project_vertex>",
      `#include <project_vertex>\ngl_Position.z += ${(2 * back).toFixed(8)} * gl_Position.w;`,
    );
  };
}

/** Raises what is drawn as it breathes, after all that the material does already. *kind* tells apart the materials of a
 * view that are compiled differently. */
export function breathe(material: MeshBasicMaterial, breath: Breath, kind: string): void {
  const before = material.onBeforeCompile;
  material.onBeforeCompile = (shader, renderer) => {
    before.call(material, shader, renderer);
    shader.uniforms.breath = breath;
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", `#include <common>\n${RAISED}`)
      .replace("#include <project_vertex>", "#include <project_vertex>\ngl_Position.y += 2.0 * raised(0.5 * gl_Position.y);");
  };
  material.customProgramCacheKey = () => kind;
}
