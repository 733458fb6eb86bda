const USER = "avatar-serving.user";
const CONSENT = "avatar-serving.remember.";

/** A name for whoever uses this browser: random, so that nobody can guess it, and the same every time. */
export function thisUser(): string {
  const kept = localStorage.getItem(USER);
  if (kept) return kept;
  const made = crypto.randomUUID();
  localStorage.setItem(USER, made);
  return made;
}

/** Whether the user agreed that this avatar remembers them. Without a yes, it does not. */
export function mayRemember(avatarId: string): boolean {
  return localStorage.getItem(CONSENT + avatarId) === "yes";
}

export function setRemember(avatarId: string, agreed: boolean): void {
  if (agreed) localStorage.setItem(CONSENT + avatarId, "yes");
  else localStorage.removeItem(CONSENT + avatarId);
}
