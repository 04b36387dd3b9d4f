/**
 * @file Writes API.md, the reference of the library, from the docstrings of its types: `npm run api`. TypeDoc is fetched for it
 * each time, in exact versions, because it needs a TypeScript of its own (56 packages); the types change rarely, and a test
 * says when the page has to be written again.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = import.meta.dirname;
const packages = ["typedoc@0.28.20", "typedoc-plugin-markdown@4.14.1", "typescript@6.0.2"];
/** What programs call comes first. */
const groups = ["Functions", "Classes", "Interfaces", "Type Aliases"];
const types = ["library-types.d.ts", "library-browser-types.d.ts"];

const introduction = `# The library

These are the exports of \`import … from "promedio"\` in Node. A web page has \`startWorker\`, \`predict\` and \`loadCheckpoint\`
(which takes the bytes of a checkpoint there). It imports them from \`promedio\` with a bundler, from \`promedio/browser\`, or from
\`/library.js\` of a coordinator.

[test/examples](test/examples) has programs to copy. The settings are those of a run file, and all of them are listed in
[REFERENCE.md](REFERENCE.md#options-of-start-and-coordinator).`;

if (process.argv[1] === import.meta.filename) writeReference();

/** The line of API.md that says of which types it is. */
export function originOf(): string {
  const hash = createHash("sha256");
  for (const file of [...types, "build-api.ts"]) hash.update(readFileSync(join(root, file)));
  return `<!-- written by "npm run api", from types with the SHA-256 ${hash.digest("hex")} -->`;
}

function writeReference(): void {
  const folder = mkdtempSync(join(tmpdir(), "promedio-api-"));
  try {
    const source = join(folder, "library.d.ts");
    writeFileSync(source, readFileSync(join(root, "library-types.d.ts")));
    const options = { target: "ES2023", lib: ["ES2023", "DOM"], types: [], module: "nodenext" };
    const settings = { compilerOptions: { ...options, strict: true }, files: [source] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const typedoc = {
      plugin: ["typedoc-plugin-markdown"],
      entryPoints: [source],
      out: join(folder, "out"),
      name: "promedio",
      readme: "none",
      disableSources: true,
      excludeExternals: true,
      sort: ["source-order"],
      groupOrder: groups,
      outputFileStrategy: "modules",
      hideBreadcrumbs: true,
      hidePageHeader: true,
      hidePageTitle: true,
      useCodeBlocks: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      typeDeclarationFormat: "table",
      tableColumnSettings: { hideInherited: true, hideModifiers: true },
    };
    writeFileSync(join(folder, "typedoc.json"), JSON.stringify(typedoc));
    const from = packages.flatMap((name) => ["-p", name]);
    execFileSync("npx", ["--yes", ...from, "typedoc"], { cwd: folder, stdio: "inherit" });
    const body = readFileSync(join(folder, "out", "README.md"), "utf8");
    writeFileSync(join(root, "API.md"), `${originOf()}\n\n${introduction}\n\n${body}`);
    execFileSync("npx", ["oxfmt", "API.md"], { cwd: root, stdio: "inherit" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
