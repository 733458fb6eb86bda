import type { JSX } from "preact";

/** How far a file has come. */
export interface Travelling {
  /** 0..1; null while the server works on it. */
  readonly share: number | null;
  readonly step: string;
}

export function Travel({ share, step, label }: Travelling & { readonly label: string }): JSX.Element {
  const percent = share === null ? undefined : Math.round(100 * share);
  return (
    <div class="stack" role="status">
      <progress class="bar" max={100} value={percent} aria-label={label} />
      <p class="soft">{step}…{percent !== undefined && ` ${percent}%`}</p>
    </div>
  );
}
