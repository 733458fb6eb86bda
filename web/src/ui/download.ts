import { downloadPackage, type Avatar } from "../api/avatars.ts";

/** Save an avatar's package as a file. */
export async function saveAvatar(avatar: Avatar): Promise<void> {
  const url = URL.createObjectURL(new Blob([await downloadPackage(avatar.id)], { type: "application/zip" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${avatar.name.replace(/[^\p{L}\p{N}]+/gu, "-") || "avatar"}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
