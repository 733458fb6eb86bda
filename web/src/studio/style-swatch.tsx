import type { JSX } from "preact";

const painted = import.meta.glob<string>("./swatches/*.webp", { eager: true, query: "?url", import: "default" });

/** What a style looks like: a picture made with it, or for "none" the user's own photo. */
export function StyleSwatch({ id, photoUrl }: { id: string; photoUrl: string | null }): JSX.Element {
  const picture = id === "none" ? photoUrl : painted[`./swatches/${id}.webp`];
  if (picture) return <img class="swatch-picture" src={picture} alt="" />;
  return <span class="swatch-picture plain" style={{ "--hue": hueOf(id) }} aria-hidden="true">{id.charAt(0).toUpperCase()}</span>;
}

/** A steady colour for a style that this page has no picture of. */
function hueOf(id: string): number {
  return [...id].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 360, 7);
}
