import type { JSX } from "preact";

/** Outlines on a square of 24, for styles that no picture here shows. */
const OUTLINES: Readonly<Record<string, string>> = {
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4",
  "cartoon-3d": "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12v9M12 12l8-4.5M12 12L4 7.5",
  clay: "M12 4.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM6 20c0-6 2.4-9.5 6-9.5s6 3.5 6 9.5zM9 15.5h6",
};
const BRUSH = "M20 4l-9.5 9.5M8.6 12.4l3 3c-1 3.6-3.6 4.6-7.6 4.6 1.4-1 1.6-2 1.8-3.6.2-2 1-3.4 2.8-4z";

/** A drawn sign, which promises no picture. */
export function StyleIcon({ id }: { id: string }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="45%" height="45%" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round">
      <path d={OUTLINES[id] ?? BRUSH} />
    </svg>
  );
}
