// What others make of a .glb: the Khronos validator, and three.js. Prints JSON. Usage: node glb.mjs FILE
import { readFile } from "node:fs/promises";
import validator from "gltf-validator";
import { Box3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

const bytes = new Uint8Array(await readFile(process.argv[2]));
const { issues, info } = await validator.validateBytes(bytes);

// Node has no pictures; three.js only has to be handed something of their shape.
globalThis.self = globalThis;
globalThis.createImageBitmap = async (blob) => ({ width: 1, height: 1, type: blob.type, close() {} });
const gltf = await new GLTFLoader().parseAsync(bytes.buffer, "");
const meshes = [];
gltf.scene.updateMatrixWorld(true);
gltf.scene.traverse((object) => {
  if (!object.isMesh) return;
  meshes.push({
    name: object.name,
    morphs: Object.keys(object.morphTargetDictionary ?? {}),
    joints: object.skeleton?.bones.map((bone) => bone.name),
    textured: Boolean(object.material.map),
  });
  object.computeBoundingBox?.();
});
const size = new Box3().setFromObject(gltf.scene, true).max.toArray();
console.log(JSON.stringify({ issues, info, meshes, size, asset: gltf.asset }));
