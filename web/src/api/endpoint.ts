import { clientSecret } from "./avatars.ts";
import { thisUser } from "../memory/user.ts";
import { apiKey } from "./http.ts";

export interface Endpoint {
  readonly url: string;
  readonly protocols: readonly string[];
}

/**
 * Where to talk with *avatarId* through the language model *model*. With *greeted*, the avatar
 * speaks first. With an API key, a secret goes along in the list of subprotocols.
 */
export async function realtimeEndpoint(avatarId: string, model: string, greeted: boolean): Promise<Endpoint> {
  const query = new URLSearchParams({ model, avatar: avatarId, animation: "arkit52", resume: "1", queue: "1" });
  if (greeted) query.set("greet", "1");
  const url = new URL(`/v1/realtime?${query}`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const protocols = apiKey() ? ["realtime", `openai-insecure-api-key.${await clientSecret(thisUser())}`] : [];
  return { url: url.href, protocols };
}
