import {
  Bone, Mesh, MeshBasicMaterial, NoBlending, NoToneMapping, OrthographicCamera, Scene, SRGBColorSpace, Texture,
  WebGLRenderer, type Object3D,
} from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { ARKIT, channelIndex, type Pose } from "../motion/channels.ts";
import { backgroundPlane, backgroundTexture } from "./backdrop.ts";
import { obeyedYaw, yawRange, type YawRange } from "./neck.ts";
import { PackageError, type AvatarPackage } from "./package.ts";
import type { Breath } from "./breath.ts";
import { boundSteps, breathe, largestStep, pushBack, type LargestStep } from "./shading.ts";
import { drawsInSoftware } from "./software.ts";
import { acrossOf, pixelRatio, release, type AvatarView } from "./view.ts";

/** Drawing order of the parts. The depth buffer is cleared before each, so that a part never hides a later one; only
 * the eyes hide what of the skin lies EYES_HIDE behind them: the far side of a head that is turned. */
const LAYERS = ["mouth", "eyes", "skin"] as const;
/** In image square units. */
const EYES_HIDE = 0.05;
const NEAR = 0.01;
const FAR = 20;
const RADIANS = Math.PI / 180;

interface Influence {
  readonly weights: number[];
  /** For each of ARKIT, its place among the morph targets. */
  readonly slots: readonly (number | undefined)[];
  readonly photo: number | undefined;
}

/** Draws a portrait avatar on a canvas: the square of the package fills it. */
export class PortraitView implements AvatarView {
  private constructor(
    private readonly renderer: WebGLRenderer,
    private readonly scene: Scene,
    private readonly camera: OrthographicCamera,
    private readonly influences: readonly Influence[],
    private readonly head: Bone | null,
    private readonly yaw: YawRange,
    private readonly backdrop: Texture,
    private readonly step: LargestStep,
    private readonly breath: Breath,
  ) {}

  static async create(canvas: HTMLCanvasElement, avatar: AvatarPackage): Promise<PortraitView> {
    const gltf = await new GLTFLoader().parseAsync(avatar.model, "");
    const backdrop = await backgroundTexture(avatar.background);
    const antialias = !drawsInSoftware();
    const renderer = new WebGLRenderer({ canvas, antialias, alpha: false, powerPreference: "low-power" });
    renderer.outputColorSpace = SRGBColorSpace;
    renderer.toneMapping = NoToneMapping;
    const scene = new Scene();
    scene.add(backgroundPlane(backdrop), gltf.scene);
    const meshes = meshesOf(gltf.scene);
    const step = { value: largestStep(canvas.width) };
    const breath = { value: 0 };
    meshes.forEach((mesh) => layer(mesh, renderer, step, breath));
    const camera = new OrthographicCamera(-0.5, 0.5, 0.5, -0.5, NEAR, FAR);
    camera.position.z = 10;
    const head = headOf(gltf.scene);
    return new PortraitView(
      renderer, scene, camera, meshes.map(influenceOf), head, yawRange(head), backdrop, step, breath,
    );
  }

  get headAcross(): number {
    return acrossOf(this.head);
  }

  /** Fit the canvas to *cssPixels* on a side. */
  resize(cssPixels: number): void {
    this.renderer.setPixelRatio(pixelRatio());
    this.renderer.setSize(cssPixels, cssPixels, false);
    this.step.value = largestStep(this.renderer.domElement.width);
  }

  /** *photo* 1 with the package's rest weights shows the uploaded picture; a talking face has 0. */
  draw(pose: Pose, photo = 0, breath = 0): void {
    this.breath.value = breath;
    for (const influence of this.influences) apply(influence, pose, photo);
    if (this.head) turn(this.head, pose, this.yaw);
    this.renderer.render(this.scene, this.camera);
  }

  dispose(): void {
    this.scene.traverse((object) => {
      if (!(object instanceof Mesh)) return;
      object.geometry.dispose();
      for (const material of materialsOf(object)) {
        material.map?.dispose();
        material.dispose();
      }
    });
    this.backdrop.dispose();
    release(this.renderer);
  }
}

function meshesOf(root: Object3D): Mesh[] {
  const meshes: Mesh[] = [];
  root.traverse((object) => {
    if (object instanceof Mesh) meshes.push(object);
  });
  if (!meshes.length) throw new PackageError("avatar.glb has no mesh");
  return meshes;
}

function layer(mesh: Mesh, renderer: WebGLRenderer, step: LargestStep, breath: Breath): void {
  const order = LAYERS.findIndex((name) => mesh.name.startsWith(name) || mesh.parent?.name.startsWith(name));
  mesh.renderOrder = Math.max(0, order);
  mesh.frustumCulled = false;
  if (LAYERS[mesh.renderOrder] !== "skin") mesh.onBeforeRender = () => renderer.clearDepth();
  for (const material of materialsOf(mesh)) {
    // One sorted list keeps the layers in order, whatever their alpha; within a layer the nose must hide the cheek.
    if (!material.transparent) material.blending = NoBlending;
    material.transparent = true;
    // Texels that show nothing would still hide what is behind them in depth.
    material.alphaTest = 0.01;
    material.depthWrite = true;
    material.forceSinglePass = true;
    if (LAYERS[mesh.renderOrder] === "eyes") pushBack(material, EYES_HIDE / (FAR - NEAR));
    if (LAYERS[mesh.renderOrder] === "skin") boundSteps(material, step);
    breathe(material, breath, LAYERS[mesh.renderOrder]);
  }
}

function materialsOf(mesh: Mesh): MeshBasicMaterial[] {
  return (Array.isArray(mesh.material) ? mesh.material : [mesh.material]) as MeshBasicMaterial[];
}

function influenceOf(mesh: Mesh): Influence {
  const slots = mesh.morphTargetDictionary ?? {};
  return { weights: mesh.morphTargetInfluences ?? [], slots: ARKIT.map((name) => slots[name]), photo: slots["photo"] };
}

function apply(influence: Influence, pose: Pose, photo: number): void {
  const { slots, weights } = influence;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i];
    if (slot !== undefined) weights[slot] = pose[i];
  }
  if (influence.photo !== undefined) weights[influence.photo] = photo;
}

function headOf(root: Object3D): Bone | null {
  const head = root.getObjectByName("head");
  return head instanceof Bone ? head : null;
}

const YAW = channelIndex("headYaw");

/** R = Rz(-roll) Rx(-pitch) Ry(yaw), as the package format says. */
function turn(head: Bone, pose: Pose, range: YawRange): void {
  head.rotation.set(-pose[YAW + 1] * RADIANS, obeyedYaw(pose[YAW], range) * RADIANS, -pose[YAW + 2] * RADIANS, "ZXY");
}
