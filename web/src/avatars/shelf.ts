import { signal } from "@preact/signals";
import { deleteAvatar, downloadPackage, fetchThumbnail, listAvatars, type Avatar } from "../api/avatars.ts";
import { openPackage, type AvatarPackage } from "./package.ts";

/** The avatars on the server; null until they are known. */
export const avatars = signal<readonly Avatar[] | null>(null);
export const shelfTrouble = signal<string | null>(null);

const packages = new Map<string, Promise<AvatarPackage>>();
const pictures = new Map<string, Promise<string>>();
const PACKAGES_KEPT = 3;

export async function refreshAvatars(): Promise<void> {
  try {
    avatars.value = await listAvatars();
    shelfTrouble.value = null;
  } catch (error) {
    shelfTrouble.value = error instanceof Error ? error.message : String(error);
  }
}

export async function discardAvatar(id: string): Promise<void> {
  await deleteAvatar(id);
  packages.delete(id);
  avatars.value = avatars.value?.filter((avatar) => avatar.id !== id) ?? null;
}

/** An avatar's package, kept while the page lives: the studio and the chat show the same one. */
export function loadPackage(id: string): Promise<AvatarPackage> {
  const known = packages.get(id);
  if (known) return known;
  const loading = downloadPackage(id).then(openPackage);
  loading.catch(() => packages.delete(id));
  packages.set(id, loading);
  if (packages.size > PACKAGES_KEPT) packages.delete(packages.keys().next().value as string);
  return loading;
}

/** An address of the avatar's picture that an img can use, fetched with the key if there is one. */
export function pictureOf(id: string): Promise<string> {
  let picture = pictures.get(id);
  if (!picture) {
    picture = fetchThumbnail(id).then((blob) => URL.createObjectURL(blob));
    picture.catch(() => pictures.delete(id));
    pictures.set(id, picture);
  }
  return picture;
}
