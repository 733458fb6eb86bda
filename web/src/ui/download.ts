/** Save *content* as a file of the user's. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that may stand in a file's. */
export function fileStem(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, "-") || "avatar";
}
