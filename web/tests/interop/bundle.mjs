// Bundles a page of this folder for a test in Chromium. Usage: node bundle.mjs PAGE FOLDER
import { fileURLToPath } from "node:url";
import { build } from "vite";

const [page, folder] = process.argv.slice(2);
const entry = fileURLToPath(new URL(page, import.meta.url));
await build({
  configFile: false,
  publicDir: false,
  logLevel: "error",
  build: { outDir: folder, minify: false, lib: { entry, formats: ["es"], fileName: "page" } },
});
console.log("{}");
