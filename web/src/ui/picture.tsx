import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { pictureOf } from "../avatars/shelf.ts";

/** The small picture of an avatar. */
export function Picture({ id, alt = "" }: { id: string; alt?: string }): JSX.Element {
  const url = useSignal<string | null>(null);
  useEffect(() => {
    let current = true;
    pictureOf(id).then((made) => current && (url.value = made)).catch(() => undefined);
    return () => {
      current = false;
    };
  }, [id]);
  return <span class="picture">{url.value && <img src={url.value} alt={alt} />}</span>;
}
