// Bundles third-party JavaScript for the admin into static/dist. Run by `make assets`.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const result = await build({
  entryPoints: [here("htmx.js"), here("markdown-source.js")],
  outdir: here("../dist"),
  bundle: true,
  format: "iife",
  minify: true,
  metafile: true,
  target: ["chrome111", "firefox113", "safari16.4"],
  // Licences of what is bundled travel with it.
  legalComments: "eof",
  logLevel: "warning",
});

for (const [path, { bytes }] of Object.entries(result.metafile.outputs)) {
  console.log(`${path}  ${Math.ceil(bytes / 1024)} KB`);
}
