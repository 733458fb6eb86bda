import { defineConfig } from "vitest/config";

const server = process.env.AVATAR_SERVER ?? "http://localhost:8000";
const jsx = { runtime: "automatic", importSource: "preact" } as const;
const proxied = { target: server, ws: true };

export default defineConfig({
  base: "./",
  oxc: { jsx },
  optimizeDeps: { rolldownOptions: { transform: { jsx } } },
  build: {
    target: "es2022",
    outDir: "dist",
    chunkSizeWarningLimit: 900,
    // The capture worklet must be a file of its own: a strict content policy refuses data: scripts.
    assetsInlineLimit: 0,
  },
  server: { port: 5173, proxy: { "/v1": proxied, "/readyz": proxied } },
  preview: { port: 4173, proxy: { "/v1": proxied, "/readyz": proxied } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
