import { signal } from "@preact/signals";

export type Route = { readonly view: "studio" } | { readonly view: "talk"; readonly avatarId: string };

export function parseRoute(hash: string): Route {
  const talk = /^#\/talk\/([\w-]+)$/.exec(hash);
  return talk ? { view: "talk", avatarId: talk[1] } : { view: "studio" };
}

export const route = signal<Route>(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
  scrollTo({ top: 0 });
});

export function talkLink(avatarId: string): string {
  return `#/talk/${avatarId}`;
}
