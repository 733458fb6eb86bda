import type { ExportFormat } from "../api/exchange.ts";

export interface FileFormat {
  readonly format: ExportFormat;
  readonly name: string;
  readonly ending: string;
  readonly about: string;
}

/** What an avatar can be saved as, the likeliest first. */
export const FORMATS: readonly FileFormat[] = [
  { format: "package", name: "Avatar package", ending: ".zip", about: "To keep, or to bring into another studio like this one" },
  { format: "glb", name: "3D model", ending: ".glb", about: "glTF with 52 face shapes, for three.js, Blender, Unity and Unreal" },
  { format: "lam", name: "LAM avatar", ending: "-lam.zip", about: "Splats that move, for OpenAvatarChat and LAM's player" },
  { format: "spz", name: "Splats, small", ending: ".spz", about: "The still face, for Spark, Scaniverse and SuperSplat" },
  { format: "ply", name: "Splats, plain", ending: ".ply", about: "The same, ten times as large, for any splat tool" },
];
