import { computed, signal } from "@preact/signals";
import { looks } from "./look.ts";
import { readPhoto, type Photo } from "./photo.ts";

/** Further pictures of the person in the photo, for engines that look at several. */
export const more = signal<readonly Photo[]>([]);
/** How many there may be besides the photo; 0 where the engine looks at one picture. */
export const mostMore = computed(() => Math.max(0, (looks.value?.pictures ?? 1) - 1));

/** Those that there is no room for are left out. */
export async function addMore(files: readonly Blob[]): Promise<void> {
  const read = await Promise.all(files.slice(0, mostMore.value - more.value.length).map(readPhoto));
  more.value = [...more.value, ...read];
}

export function removeMore(picture: Photo): void {
  URL.revokeObjectURL(picture.url);
  more.value = more.value.filter((each) => each !== picture);
}

export function forgetMore(): void {
  more.value.forEach(removeMore);
}
