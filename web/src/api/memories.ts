import { getJson, postJson, request } from "./http.ts";

/** One thing that an avatar knows of its user. */
export interface Memory {
  readonly id: string;
  readonly text: string;
  readonly source: "said" | "model" | "written";
  readonly expires_at: string;
}

export async function listMemories(user: string, avatar: string): Promise<readonly Memory[]> {
  return (await getJson<{ data: readonly Memory[] }>(`/v1/memories?${query(user, avatar)}`)).data;
}

export async function writeMemory(user: string, avatar: string, text: string): Promise<void> {
  await postJson("/v1/memories", { user, avatar, text });
}

export async function changeMemory(user: string, id: string, text: string): Promise<void> {
  const init = { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }) };
  await request(`/v1/memories/${encodeURIComponent(id)}?${query(user)}`, init);
}

export async function forgetMemory(user: string, id: string): Promise<void> {
  await request(`/v1/memories/${encodeURIComponent(id)}?${query(user)}`, { method: "DELETE" });
}

export async function forgetEverything(user: string, avatar: string): Promise<void> {
  await request(`/v1/memories?${query(user, avatar)}`, { method: "DELETE" });
}

function query(user: string, avatar?: string): string {
  return new URLSearchParams(avatar === undefined ? { user } : { user, avatar }).toString();
}
