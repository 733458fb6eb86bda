import { strToU8, zipSync } from "fflate";
import { afterEach, describe, expect, it, vi } from "vitest";
import { exportAvatar, importAvatar } from "../src/api/exchange.ts";
import { isZip, lookInside } from "../src/studio/incoming.ts";

const STILL = new AbortController().signal;

afterEach(() => vi.unstubAllGlobals());

function zip(manifest: object | string, name = "manifest.json"): File {
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return new File([zipSync({ [name]: strToU8(text) }).slice().buffer], "ada-lovelace.zip");
}

describe("a file that is brought", () => {
  it("is an avatar if it begins like a zip, whatever it is called", async () => {
    expect(await isZip(zip({}))).toBe(true);
    expect(await isZip(new File(["\x89PNG"], "avatar.zip"))).toBe(false);
    expect(await isZip(new File([], "empty.zip"))).toBe(false);
  });

  it("says its name and whether there is consent", async () => {
    const ours = await lookInside(zip({ name: "Lin", consent: { agreed: true } }));
    expect([ours.name, ours.consented]).toEqual(["Lin", true]);
  });

  it.each([zip({ name: 7, consent: null }), zip("no JSON"), zip("[]"), zip({}, "lam/skin.glb"), new File(["PK no zip"], "ada-lovelace.zip")])(
    "without a word of that is named after the file, and needs consent", async (file) => {
      const brought = await lookInside(file);
      expect([brought.name, brought.consented]).toEqual(["Ada Lovelace", false]);
    },
  );
});

describe("export", () => {
  it("asks for the format and tells how much has come", async () => {
    const fetched = vi.fn(async (_path: string) => new Response("0123456789", { headers: { "Content-Length": "10" } }));
    vi.stubGlobal("fetch", fetched);
    vi.stubGlobal("localStorage", { getItem: () => null });
    const told: (number | null)[] = [];
    const made = await exportAvatar("a b", "glb", (share) => told.push(share), STILL);
    expect(fetched.mock.calls[0][0]).toBe("/v1/avatars/a%20b/export?format=glb");
    expect([await made.text(), told]).toEqual(["0123456789", [null, 1]]);
    await exportAvatar("a", "package", () => undefined, STILL);
    expect(fetched.mock.calls[1][0]).toBe("/v1/avatars/a/package");
  });
});

/** An XMLHttpRequest that answers at once. */
function answering(status: number, body: object): void {
  vi.stubGlobal("localStorage", { getItem: () => "secret" });
  vi.stubGlobal("XMLHttpRequest", class {
    status = status;
    statusText = "";
    response = new Blob([JSON.stringify(body)]);
    upload: { onprogress?: (event: object) => void; onload?: () => void } = {};
    onload?: () => void;
    headers: Record<string, string> = {};
    open(): void {}
    setRequestHeader(name: string, value: string): void { this.headers[name] = value; }
    send(): void {
      expect(this.headers).toEqual({ Authorization: "Bearer secret" });
      this.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
      this.upload.onload?.();
      this.onload?.();
    }
  });
}

describe("import", () => {
  it("tells how much has gone, and then that the server works", async () => {
    answering(200, { id: "1", name: "Lin" });
    const told: (number | null)[] = [];
    const avatar = await importAvatar(zip({}), { name: "Lin" }, (share) => told.push(share), STILL);
    expect([avatar.name, told]).toEqual(["Lin", [0.25, null]]);
  });

  it("throws what the server says of a bad file", async () => {
    answering(400, { error: { code: "package_invalid", message: "skin.glb is missing" } });
    const importing = importAvatar(zip({}), { name: "Lin" }, () => undefined, STILL);
    await expect(importing).rejects.toMatchObject({ code: "package_invalid", message: "skin.glb is missing" });
  });
});
