import type { ComponentChildren, JSX } from "preact";

interface Props {
  readonly title: string;
  /** What is chosen inside, told while it is closed. */
  readonly now?: string | undefined;
  readonly open?: boolean;
  readonly children: ComponentChildren;
}

/** A card of choices that most people leave as they are: closed, it says what is chosen. */
export function Fold({ title, now, open = false, children }: Props): JSX.Element {
  return (
    <details class="card fold" open={open}>
      <summary><h2>{title}</h2> <span class="soft fold-now">{now}</span></summary>
      {children}
    </details>
  );
}
