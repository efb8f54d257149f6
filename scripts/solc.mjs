#!/usr/bin/env node
// The npm compiler behind the two calls that solc's users make: `--version` and `--standard-json`.
// solcjs's own command prints a line before its JSON and refuses `--allow-paths`; this one does neither.
import { readFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const solc = createRequire(import.meta.url)("solc");

/** Finds an imported source beside the caller, in the project, or among its packages. */
function findImport(path) {
  for (const base of [process.cwd(), root, join(root, "node_modules"), "/"]) {
    const candidate = join(base, path);
    if (existsSync(candidate)) return { contents: readFileSync(candidate, "utf8") };
  }
  return { error: `source not found: ${path}` };
}

if (process.argv.includes("--version")) {
  // forge takes only native builds, which this one equals byte for byte: hence the platform's name.
  const version = solc.version().replace("Emscripten.clang", "Linux.g++");
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version}`);
} else if (process.argv.includes("--standard-json")) {
  const answer = solc.compile(readFileSync(0, "utf8"), { import: findImport });
  process.stdout.write(answer);
} else {
  console.error("solc.mjs answers --version and --standard-json only");
  process.exit(2);
}
