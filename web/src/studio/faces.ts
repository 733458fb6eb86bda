import type { FoundFace } from "../api/avatars.ts";
import { choosePhoto, name, photo, whole } from "./draft.ts";
import { cutOut } from "./photo.ts";

/** Go on with the part of the photo that shows this person. */
export async function chooseFace({ around }: FoundFace): Promise<void> {
  const from = photo.value;
  if (!from) return;
  const part = await cutOut(from, around);
  await choosePhoto(part, name.value, from.original);
}

/** Back to where one of several faces can be chosen. */
export async function backToWhole(): Promise<void> {
  if (whole.value) await choosePhoto(whole.value, name.value);
}
