/** A picture the user gave us, upright, and no larger than an avatar can use. */
export interface Photo {
  readonly file: Blob;
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

const LONGEST_SIDE = 2048;
const JPEG_QUALITY = 0.93;

/**
 * Read a dropped, pasted or taken picture. Very large ones are made smaller before they travel. A file that the browser
 * cannot decode is passed on as it is: the server says what is wrong with it.
 */
export async function readPhoto(file: Blob): Promise<Photo> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return { file, url: URL.createObjectURL(file), width: 0, height: 0 };
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.round(bitmap.width * scale);
  const height = Math.round(bitmap.height * scale);
  // What moves would move on under what is measured: its first picture is the photo.
  const sent = scale < 1 || file.type === "image/gif" ? await still(bitmap, width, height) : file;
  bitmap.close();
  return { file: sent, url: URL.createObjectURL(sent), width, height };
}

async function still(bitmap: ImageBitmap, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = "high";
  // JPEG would make black of what shows nothing; the server takes white.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY });
}

/** The pictures that are dropped or pasted; else the first file, whatever it is. */
export function imagesIn(transfer: DataTransfer | null): readonly File[] {
  const files = [...(transfer?.files ?? [])];
  const images = files.filter((file) => file.type.startsWith("image/"));
  return images.length ? images : files.slice(0, 1);
}

/** Words that say where a picture came from, not who is in it. */
const NAMELESS = /^(img|image|photo|picture|portrait|selfie|screenshot|dsc|pxl|download|unnamed|untitled|whatsapp)$/i;
const MOST_WORDS = 3;
const LONGEST_WORD = 16;

/** A name to begin with, from the words of a file name. A numbered file names nobody. */
export function nameFrom(fileName: string): string {
  const stem = fileName.replace(/\.[^.]*$/, "");
  const words = stem.split(/[^\p{L}'’]+/u).filter(Boolean);
  const fit = words.every((word) => word.length > 1 && word.length <= LONGEST_WORD && !NAMELESS.test(word));
  if (!words.length || words.length > MOST_WORDS || !fit || /\d/.test(stem)) return "My avatar";
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
