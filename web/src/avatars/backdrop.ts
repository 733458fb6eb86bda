import { Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, Texture } from "three";

const BEFORE_ALL = -1;

export async function backgroundTexture(webp: Blob): Promise<Texture> {
  const bitmap = await createImageBitmap(webp, { imageOrientation: "flipY" });
  const texture = new Texture(bitmap as unknown as HTMLImageElement);
  texture.flipY = false;
  texture.colorSpace = SRGBColorSpace;
  texture.needsUpdate = true;
  return texture;
}

/** What is behind the person, drawn first. */
export function backgroundPlane(map: Texture): Mesh {
  const material = new MeshBasicMaterial({ map, depthTest: false, depthWrite: false });
  const plane = new Mesh(new PlaneGeometry(1, 1), material);
  plane.renderOrder = BEFORE_ALL;
  return plane;
}
