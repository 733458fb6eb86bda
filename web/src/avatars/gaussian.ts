import {
  Bone, CustomBlending, DynamicDrawUsage, InstancedBufferAttribute, InstancedBufferGeometry, BufferAttribute, Mesh, OneFactor,
  OneMinusSrcAlphaFactor, OrthographicCamera, Scene, ShaderMaterial, SkinnedMesh, SRGBColorSpace, Texture, WebGLRenderer, type Object3D,
} from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import type { Pose } from "../motion/channels.ts";
import { backgroundPlane, backgroundTexture } from "./backdrop.ts";
import { bind } from "./binding.ts";
import { RAISED } from "./breath.ts";
import { Carrier, DepthOrder } from "./carry.ts";
import { PackageError, type AvatarPackage } from "./package.ts";
import { Poser } from "./posing.ts";
import { readSplats, type Splats } from "./splats.ts";
import { acrossOf, pixelRatio, release, type AvatarView } from "./view.ts";

const VERTEX = `
attribute vec2 centre; attribute vec3 spread; attribute vec4 colour;
uniform float pixel;
${RAISED}
varying vec2 place; varying vec4 shade;
void main() {
  // A pixel is no point: splats narrower than one are widened, and fade where they are folded away.
  float area = sqrt(max(spread.x * spread.z - spread.y * spread.y, 0.0)) / (pixel * pixel);
  float a = spread.x + 0.1 * pixel * pixel, b = spread.y, c = spread.z + 0.1 * pixel * pixel;
  float middle = 0.5 * (a + c), apart = length(vec2(0.5 * (a - c), b));
  vec2 axis = apart > 1e-12 ? normalize(vec2(b, middle + apart - a) + vec2(1e-12, 0.0)) : vec2(1.0, 0.0);
  vec2 sizes = sqrt(max(vec2(middle + apart, middle - apart), 0.0));
  place = 3.0 * position.xy;
  shade = vec4(colour.rgb, colour.a * min(1.0, area / 0.15));
  vec2 shift = axis * place.x * sizes.x + vec2(-axis.y, axis.x) * place.y * sizes.y;
  gl_Position = vec4(2.0 * (centre + shift + vec2(0.0, raised(centre.y))), 0.0, 1.0);
}`;

const FRAGMENT = `
varying vec2 place; varying vec4 shade;
void main() {
  float far = dot(place, place);
  if (far > 9.0) discard;
  float alpha = min(0.999, shade.a * exp(-0.5 * far));
  gl_FragColor = vec4(shade.rgb * alpha, alpha);
}`;

/** Draws an avatar of splats: each rides on a triangle of a mesh, and all are sorted by depth. */
export class GaussianView implements AvatarView {
  private constructor(
    private readonly renderer: WebGLRenderer,
    private readonly scene: Scene,
    private readonly camera: OrthographicCamera,
    private readonly poser: Poser,
    private readonly carrier: Carrier,
    private readonly cloud: Cloud,
    private readonly backdrop: Texture,
    readonly headAcross: number,
  ) {}

  static async create(canvas: HTMLCanvasElement, avatar: AvatarPackage): Promise<GaussianView> {
    if (!avatar.splats) throw new PackageError("splats.ply is missing");
    const gltf = await new GLTFLoader().parseAsync(avatar.model, "");
    const { mesh, head } = partsOf(gltf.scene);
    const poser = new Poser(mesh, head);
    const splats = readSplats(avatar.splats);
    const binding = bind(poser.rest, indexOf(mesh, splats.count), avatar.manifest.version > 1 ? poser.morphs : []);
    const backdrop = await backgroundTexture(avatar.background);
    const renderer = new WebGLRenderer({ canvas, antialias: false, alpha: false, powerPreference: "low-power" });
    renderer.outputColorSpace = SRGBColorSpace;
    const cloud = new Cloud(splats);
    const scene = new Scene();
    scene.add(backgroundPlane(backdrop), cloud.mesh);
    const camera = new OrthographicCamera(-0.5, 0.5, 0.5, -0.5, 0.01, 20);
    camera.position.z = 10;
    const carrier = new Carrier({ ...binding, offsets: splats.offsets, shapes: splats.shapes });
    return new GaussianView(renderer, scene, camera, poser, carrier, cloud, backdrop, acrossOf(head));
  }

  resize(cssPixels: number): void {
    const ratio = pixelRatio();
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(cssPixels, cssPixels, false);
    this.cloud.material.uniforms.pixel.value = 1 / Math.max(1, cssPixels * ratio);
  }

  draw(pose: Pose, _photo = 0, breath = 0): void {
    this.cloud.material.uniforms.breath.value = breath;
    this.carrier.carry(this.poser.pose(pose));
    this.cloud.show(this.carrier);
    this.renderer.render(this.scene, this.camera);
  }

  dispose(): void {
    this.cloud.mesh.geometry.dispose();
    this.cloud.material.dispose();
    this.backdrop.dispose();
    release(this.renderer);
  }
}

/** Splats as instances of one square, in drawing order. */
class Cloud {
  readonly mesh: Mesh;
  readonly material: ShaderMaterial;
  private readonly centre: InstancedBufferAttribute;
  private readonly spread: InstancedBufferAttribute;
  private readonly colour: InstancedBufferAttribute;
  private readonly depth: DepthOrder;

  constructor(private readonly splats: Splats) {
    const { count } = splats;
    const instanced = (width: number) => new InstancedBufferAttribute(new Float32Array(count * width), width).setUsage(DynamicDrawUsage);
    [this.centre, this.spread, this.colour] = [2, 3, 4].map(instanced);
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0]), 3));
    geometry.setIndex([0, 1, 2, 0, 2, 3]);
    geometry.setAttribute("centre", this.centre).setAttribute("spread", this.spread).setAttribute("colour", this.colour);
    geometry.instanceCount = count;
    this.material = new ShaderMaterial({
      vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: { pixel: { value: 1 / 512 }, breath: { value: 0 } }, transparent: true, depthTest: false,
      depthWrite: false, blending: CustomBlending, blendSrc: OneFactor, blendDst: OneMinusSrcAlphaFactor,
    });
    this.mesh = new Mesh(geometry, this.material);
    this.mesh.frustumCulled = false;
    this.depth = new DepthOrder(count);
  }

  show({ centres, spreads }: Carrier): void {
    const order = this.depth.sort(centres);
    const centre = this.centre.array, spread = this.spread.array, colour = this.colour.array, { colours } = this.splats;
    for (let i = 0; i < order.length; i++) {
      const n = order[i];
      const c = n * 3, to = i * 3, from = n * 4, shade = i * 4;
      centre[i * 2] = centres[c];
      centre[i * 2 + 1] = centres[c + 1];
      spread[to] = spreads[c];
      spread[to + 1] = spreads[c + 1];
      spread[to + 2] = spreads[c + 2];
      colour[shade] = colours[from];
      colour[shade + 1] = colours[from + 1];
      colour[shade + 2] = colours[from + 2];
      colour[shade + 3] = colours[from + 3];
    }
    this.centre.needsUpdate = this.spread.needsUpdate = this.colour.needsUpdate = true;
  }
}

function partsOf(root: Object3D): { mesh: SkinnedMesh; head: Bone } {
  let mesh: SkinnedMesh | null = null;
  root.traverse((object) => {
    if (object instanceof SkinnedMesh) mesh = object;
  });
  const head = root.getObjectByName("head");
  if (!mesh || !(head instanceof Bone)) throw new PackageError("avatar.glb has no mesh with a head");
  return { mesh, head };
}

function indexOf(mesh: SkinnedMesh, count: number): ArrayLike<number> {
  const { index, attributes } = mesh.geometry;
  if (!index || attributes.position.count !== count) throw new PackageError("there must be one splat for each vertex");
  return index.array;
}
