import type { Box } from "../api/avatars.ts";

/** A picture the user gave us, upright, and no larger than an avatar can use. */
export interface Photo {
  readonly file: Blob;
  /** As it came, before it was made smaller. */
  readonly original: Blob;
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
  if (!bitmap) return { file, original: file, url: URL.createObjectURL(file), width: 0, height: 0 };
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.round(bitmap.width * scale);
  const height = Math.round(bitmap.height * scale);
  // What moves would move on under what is measured: its first picture is the photo.
  const sent = scale < 1 || file.type === "image/gif" ? await still(bitmap, [0, 0, bitmap.width, bitmap.height], width, height) : file;
  bitmap.close();
  return { file: sent, original: file, url: URL.createObjectURL(sent), width, height };
}

/** A part of *photo*, as fine as the picture was that came. */
export async function cutOut(photo: Photo, part: Box): Promise<Blob> {
  const bitmap = await createImageBitmap(photo.original, { imageOrientation: "from-image" });
  const scale = bitmap.width / photo.width;
  const [x, y, width, height] = part.map((side) => Math.round(side * scale)) as [number, number, number, number];
  const cut = await still(bitmap, [x, y, width, height], width, height);
  bitmap.close();
  return cut;
}

async function still(bitmap: ImageBitmap, [x, y, across, down]: Box, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = "high";
  // JPEG would make black of what shows nothing; the server takes white.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, x, y, across, down, 0, 0, width, height);
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
