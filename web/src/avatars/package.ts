import { strFromU8, unzipSync, type Unzipped } from "fflate";

/** What a viewer needs of manifest.json; docs/package-format.md has all of it. */
export interface Manifest {
  readonly schema: "avatar-serving/package";
  /** 2: splats are bound to triangles unfolded. */
  readonly version: 1 | 2;
  readonly type: "portrait" | "gaussian";
  readonly id: string;
  readonly name: string;
  readonly rest_weights: readonly number[];
}

export interface AvatarPackage {
  readonly manifest: Manifest;
  readonly model: ArrayBuffer;
  readonly background: Blob;
  /** Of an avatar of splats: one for each vertex of the model. */
  readonly splats?: ArrayBuffer;
}

/** The file is no avatar package that this page can show. */
export class PackageError extends Error {}

const LARGEST_BYTES = 64 * 1024 * 1024;

export async function openPackage(zip: ArrayBuffer): Promise<AvatarPackage> {
  const files = unpack(new Uint8Array(zip));
  return {
    manifest: readManifest(member(files, "manifest.json")),
    model: exactBuffer(member(files, "avatar.glb")),
    background: new Blob([exactBuffer(member(files, "background.webp"))], { type: "image/webp" }),
    splats: files["splats.ply"] && exactBuffer(files["splats.ply"]),
  };
}

/** At once, not in a worker: those are made from blobs, which the page's policy lets nobody run. */
function unpack(zip: Uint8Array): Unzipped {
  try {
    return unzipSync(zip, { filter: (file) => file.originalSize < LARGEST_BYTES });
  } catch (error) {
    throw new PackageError(`not a zip file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function member(files: Unzipped, name: string): Uint8Array {
  const file = files[name];
  if (!file) throw new PackageError(`${name} is missing`);
  return file;
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

export function readManifest(bytes: Uint8Array): Manifest {
  const manifest = JSON.parse(strFromU8(bytes)) as Partial<Manifest>;
  if (manifest.schema !== "avatar-serving/package") throw new PackageError("not an avatar package");
  if (manifest.version !== 1 && manifest.version !== 2) throw new PackageError(`version ${manifest.version} is not known here; reload the page`);
  if (manifest.type !== "portrait" && manifest.type !== "gaussian") throw new PackageError(`this page cannot draw a ${String(manifest.type)} avatar`);
  if (!Array.isArray(manifest.rest_weights)) throw new PackageError("rest_weights is missing");
  return manifest as Manifest;
}
