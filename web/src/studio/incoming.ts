import { signal } from "@preact/signals";
import { strFromU8, unzipSync } from "fflate";
import { choosePhoto } from "./draft.ts";
import { addMore } from "./more.ts";
import { nameFrom } from "./photo.ts";

/** An avatar that somebody brings as a file, before it is sent. */
export interface Incoming {
  readonly file: File;
  readonly name: string;
  /** The file says itself that the person in it agrees. */
  readonly consented: boolean;
}

export const incoming = signal<Incoming | null>(null);

const ZIP = [0x50, 0x4b];

/** What was dropped, chosen or pasted: an avatar in a zip, or else a photo and more pictures of the same person. */
export async function takeFiles([file, ...others]: readonly File[]): Promise<void> {
  if (!file) return;
  if (await isZip(file)) {
    incoming.value = await lookInside(file);
    return;
  }
  await Promise.all([choosePhoto(file), addMore(others)]);
}

export async function isZip(file: Blob): Promise<boolean> {
  const begins = new Uint8Array(await file.slice(0, ZIP.length).arrayBuffer());
  return ZIP.every((byte, i) => begins[i] === byte);
}

/** Name and consent, as far as the file has them. Whether it is any good is for the server to say. */
export async function lookInside(file: File): Promise<Incoming> {
  const manifest = manifestIn(new Uint8Array(await file.arrayBuffer()));
  const name = typeof manifest.name === "string" ? manifest.name : "";
  const consent = manifest.consent as { agreed?: unknown } | null | undefined;
  return { file, name: name || nameFrom(file.name), consented: consent?.agreed === true };
}

function manifestIn(zip: Uint8Array): Record<string, unknown> {
  try {
    const files = unzipSync(zip, { filter: (member) => member.name === "manifest.json" });
    return files["manifest.json"] ? parsed(files["manifest.json"]) : {};
  } catch {
    return {};
  }
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(strFromU8(bytes));
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
