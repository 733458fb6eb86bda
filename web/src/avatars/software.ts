let known: boolean | undefined;

/** Whether WebGL runs on the processor here: virtual machines, browsers without a driver. */
export function drawsInSoftware(): boolean {
  known ??= /swiftshader|llvmpipe|softpipe|software|basic render/i.test(rendererName());
  return known;
}

function rendererName(): string {
  const context = new OffscreenCanvas(1, 1).getContext("webgl");
  const names = context?.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = context && names ? context.getParameter(names.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return String(name);
}
