/** Pictures shown in a talk are looked at from afar: this many pixels are plenty, and travel in one message. */
const LONGEST_SIDE = 1024;
const JPEG_QUALITY = 0.85;

/** A picture as a data: URL, small enough for the socket. Throws when the browser cannot read it. */
export async function asDataUrl(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const url = await drawnUrl(bitmap, fitted(bitmap.width, bitmap.height));
  bitmap.close();
  return url;
}

/** What a video shows at this moment, as a data: URL. */
export function frameUrl(video: HTMLVideoElement): Promise<string> {
  return drawnUrl(video, fitted(video.videoWidth, video.videoHeight));
}

async function drawnUrl(source: CanvasImageSource, { width, height }: Size): Promise<string> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return readUrl(await canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY }));
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size at which a picture is sent. */
export function fitted(width: number, height: number): Size {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function readUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error("the picture could not be read"));
    reader.readAsDataURL(blob);
  });
}
