import type { JSX } from "preact";
import { reviewing } from "./draft.ts";
import type { Photo } from "./photo.ts";
import { StyleIcon } from "./style-icon.tsx";

const painted = import.meta.glob<string>("./swatches/*.webp", { eager: true, query: "?url", import: "default" });

/** Styles drawn by words have no picture of their own: it shows one painted in a like manner. */
const ALIKE: Readonly<Record<string, string>> = { oil: "old-master", watercolour: "fresco", ink: "ink-wash", comic: "graphic-novel" };

/** What a style looks like: a picture made with it or in a like manner, else a sign; for "none" the user's own photo. */
export function StyleSwatch({ id, photo }: { id: string; photo: Photo | null }): JSX.Element {
  if (id === "none" && photo) return <img class="swatch-picture" src={photo.url} alt="" style={{ objectPosition: faceCentre(photo) }} />;
  const picture = painted[`./swatches/${ALIKE[id] ?? id}.webp`];
  if (picture) return <img class="swatch-picture" src={picture} alt="" />;
  return <span class="swatch-picture plain" style={{ "--hue": hueOf(id) }} aria-hidden="true"><StyleIcon id={id} /></span>;
}

/** Where to look in a photo that is cut to a square. */
export function faceCentre(photo: Photo): string {
  const looked = reviewing.value;
  const box = looked.state === "done" ? looked.result.review.face_box : null;
  if (!box || !photo.width) return "50% 30%";
  const [x, y, width, height] = box;
  return `${(100 * (x + width / 2)) / photo.width}% ${(100 * (y + height / 2)) / photo.height}%`;
}

/** A steady colour for a style that this page has no picture of. */
function hueOf(id: string): number {
  return [...id].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 360, 7);
}
