/**
 * @file Builds everything that runs into `build/`: the kernel, the program, its compute thread, and the pages.
 * Prints nothing unless it takes long or fails. Files whose bytes did not change are not rewritten, so
 * it is safe to build while the program runs.
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only checks
import "./coordinator/cli/node-version.ts";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { build, type BuildOptions, type Plugin } from "esbuild";

import { buildKernel, kernelCacheKey } from "./build-kernel.ts";
import { renderCode, renderFormulas } from "./build-learn.ts";

const root = import.meta.dirname;
/** Whether this is the build that is published: small, and without anything of an earlier build. */
const isForPackage = process.argv.includes("--package");
/** A program loads all its chunks within seconds of its start. */
const staleAfterMs = 3_600_000;
const output = join(root, "build");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  // All scripts are read as UTF-8, and an accent is shorter than its number.
  charset: "utf8",
  logLevel: "warning",
} as const satisfies BuildOptions;

/**
 * Packages stay in node_modules, because they are installed with the program. Those that every process loads and that
 * are large are bundled, as devDependencies, because the part that is used loads much faster: zod, yaml and msgpackr.
 *
 * Each command is a chunk of its own, so that a worker doesn't load what only the coordinator needs.
 */
const program: BuildOptions = {
  ...common,
  entryPoints: {
    promedio: "promedio.ts",
    library: "library.ts",
    "node-thread": "worker/node/thread.ts",
    "output-pump": "coordinator/console/output-pump.ts",
  },
  outdir: output,
  // Not "node", for which msgpackr has a build that looks for a compiled part: that takes longer than it saves here.
  platform: "neutral",
  format: "esm",
  target: "node20",
  external: [
    "node:*",
    ...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
  ],
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  // A shell starts the program itself where npm has installed it.
  banner: { js: "#!/usr/bin/env node" },
  minify: isForPackage,
};

/**
 * The first versions with WebAssembly SIMD: Chrome 91, Firefox 89, Safari 16.4. For Firefox 89 alone, private fields would have to
 * be emulated, in all scripts, which makes them 90 kB larger.
 */
const browsers = ["chrome91", "firefox90", "safari16.4"];

const page: BuildOptions = {
  ...common,
  outdir: join(output, "pages"),
  platform: "browser",
  format: "iife",
  target: browsers,
  minify: true,
  sourcemap: false,
  loader: { ".wasm": "binary", ".html": "copy", ".rendered": "json" },
  entryPoints: {
    first: "worker/browser/early/first.ts",
    join: "worker/browser/join.ts",
    dashboard: "coordinator/dashboard/dashboard.ts",
  },
};

/**
 * Leaves out the words of the messages. Nobody reads them on `/learn`, whose texts are its own, or in a worker, whose page has
 * them, and they are a fifth of it; without words, a message is its code.
 */
const wordless: Plugin = {
  name: "wordless",
  setup(bundler) {
    bundler.onResolve({ filter: /\/english\/index\.ts$/ }, ({ path }) => ({
      path,
      namespace: "wordless",
    }));
    bundler.onLoad({ filter: /./, namespace: "wordless" }, () => ({
      contents: "export const english = {};",
    }));
  },
};

/**
 * Leaves out the kinds of layers that the network of `/learn` has not: the page takes no other network, and they are a tenth
 * of its computing thread.
 */
const denseOnly: Plugin = {
  name: "dense-only",
  setup(bundler) {
    const others =
      /\/kinds\/(?:attention|average-pool2d|conv2d|dropout|embedding|flatten|gelu|group-norm|layer-norm|max-pool2d|residual)\.ts$/;
    bundler.onResolve({ filter: others }, ({ path }) => ({ path, namespace: "dense-only" }));
    const names = [
      "attention",
      "averagePool2d",
      "conv2d",
      "dropout",
      "embedding",
      "flatten",
      "gelu",
    ]
      .concat(["groupNorm", "layerNorm", "maxPool2d", "positionEmbedding"])
      .map((name) => `export const ${name} = {};`);
    bundler.onLoad({ filter: /./, namespace: "dense-only" }, () => ({
      contents: [...names, "export const residual = () => ({});"].join("\n"),
    }));
  },
};

/**
 * Leaves out zod, which is a fifth of the computing thread of `/learn` and checks nothing there: the thread hears only
 * from its own page. A schema can be made, and using one throws.
 */
const schemaless: Plugin = {
  name: "schemaless",
  setup(bundler) {
    const makers = [
      "array",
      "boolean",
      "check",
      "discriminatedUnion",
      "gte",
      "int",
      "lazy",
      "literal",
    ]
      .concat(["lt", "lte", "maxLength", "minLength", "nullable", "number", "optional"])
      .concat(["positive", "refine", "regex", "strictObject", "string", "tuple", "union"]);
    bundler.onResolve({ filter: /^zod\/mini$/ }, ({ path }) => ({ path, namespace: "schemaless" }));
    bundler.onLoad({ filter: /./, namespace: "schemaless" }, () => ({
      contents: [
        "const schema = { check: () => schema };",
        "const make = () => schema;",
        `export { make as enum, ${makers.map((name) => `make as ${name}`).join(", ")} };`,
      ].join("\n"),
    }));
  },
};

const quietPage: BuildOptions = {
  ...page,
  plugins: [wordless],
  entryPoints: { host: "worker/browser/host.ts" },
};

const learnPage: BuildOptions = {
  ...page,
  plugins: [wordless, denseOnly, schemaless],
  entryPoints: {
    learn: "coordinator/learn/learn.ts",
    "learn-thread": "coordinator/learn/models/network/thread.ts",
  },
};

/**
 * Scripts that a page imports only when they are needed: the lesson, by `/learn` for readers with a token, and the pad of the
 * join page.
 */
const imported: BuildOptions = {
  ...quietPage,
  format: "esm",
  splitting: true,
  // What both have, once.
  chunkNames: "lesson",
  entryPoints: {
    class: "coordinator/learn/classroom/classroom.ts",
    drawing: "coordinator/learn/classroom/drawing/drawing.ts",
  },
};

/** A page has no OpenSSL. */
const plainSha256: Plugin = {
  name: "plain-sha256",
  setup(bundler) {
    bundler.onResolve({ filter: /\.\/sha256\.ts$/ }, ({ resolveDir }) => {
      if (!resolveDir.startsWith(join(root, "coordinator"))) return undefined;
      return { path: join(root, "coordinator/library/browser-sha256.ts") };
    });
  },
};

/** The library for browsers, without any import, for pages with and without a bundler. */
const browserLibrary: BuildOptions = {
  ...page,
  plugins: [plainSha256],
  format: "esm",
  stdin: {
    contents: `export * from "./coordinator/library/browser.ts";
      export { startWorker } from "./worker/browser/embed/start-worker.ts";`,
    resolveDir: root,
  },
  entryPoints: [],
  entryNames: "library",
};

const pageFiles: BuildOptions = {
  ...page,
  entryPoints: [
    { in: "worker/browser/join.html", out: "join" },
    { in: "worker/browser/join.css", out: "join" },
    { in: "coordinator/dashboard/index.html", out: "index" },
    { in: "coordinator/dashboard/dashboard.css", out: "dashboard" },
    { in: "coordinator/learn/learn.html", out: "learn" },
    { in: "coordinator/learn/learn.css", out: "learn" },
  ],
};

try {
  await buildAll();
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!["EACCES", "EPERM", "EROFS", "ENOSPC"].includes(code)) throw error;
  process.stderr.write(
    `promedio: cannot write ${output}: ${code}; run "npm run build" as the user who owns this folder, or copy it\n`,
  );
  process.exitCode = 1;
}

async function buildAll(): Promise<void> {
  for (const folder of isForPackage ? ["chunks", "pages"] : []) {
    // oxlint-disable-next-line no-await-in-loop -- two folders
    await rm(join(output, folder), { recursive: true, force: true });
  }
  await freshKernel();
  await writeIfChanged(join(output, "learn.rendered"), renderFormulas());
  await writeIfChanged(join(output, "pages", "learn-code.json"), await renderCode());
  const bundles = [program, page, quietPage, learnPage, imported, browserLibrary, pageFiles];
  const [chunks = []] = await Promise.all(bundles.map(bundle));
  await removeStale(join(output, "chunks"), chunks);
  await writeTypes("library-types.d.ts", join(output, "library.d.ts"));
  await writeTypes("library-browser-types.d.ts", join(output, "pages", "library.d.ts"));
  await makeExecutable(join(output, "promedio.js"));
}

/** Types are beside their script, under its name. */
async function writeTypes(source: string, target: string): Promise<void> {
  const text = await readFile(join(root, source), "utf8");
  const moved = text.replaceAll(`"./library-types.d.ts"`, `"../library.js"`);
  await writeIfChanged(target, Buffer.from(moved));
}

/** Only the owner of a file may change its mode, and the second time nothing needs to change. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o777) !== 0o755) await chmod(path, 0o755);
}

/**
 * Compiles the kernel only if its sources, its options or the compiler changed, because loading the compiler alone
 * takes longer than everything else here.
 */
async function freshKernel(): Promise<void> {
  const keyFile = join(output, "kernel.key");
  const kernelFile = join(output, "kernel.wasm");
  const key = await kernelCacheKey();
  const [builtKey, built] = await Promise.all([
    readOrUndefined(keyFile),
    readOrUndefined(kernelFile),
  ]);
  const isFresh = built !== undefined && builtKey?.toString() === key;
  if (!isFresh) process.stderr.write("building promedio, which takes 5 to 12 seconds …\n");
  const bytes = isFresh ? built : (await buildKernel()).bytes;
  await writeIfChanged(kernelFile, bytes);
  await writeIfChanged(keyFile, Buffer.from(key));
}

/** @returns The paths of what was built. */
async function bundle(options: BuildOptions): Promise<readonly string[]> {
  const { outputFiles = [] } = await build(options);
  await Promise.all(outputFiles.map(({ path, contents }) => writeIfChanged(path, contents)));
  return outputFiles.map(({ path }) => path);
}

/** Removes what earlier builds left in a folder, once no program that loads it can still be starting. */
async function removeStale(folder: string, built: readonly string[]): Promise<void> {
  const names = await readdir(folder);
  const stale = names.map((name) => join(folder, name)).filter((path) => !built.includes(path));
  await Promise.all(
    stale.map(async (path) => {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > staleAfterMs) await rm(path, { force: true });
    }),
  );
}

/** Writes to a temporary file and renames it, so that a reader gets the old file or the new one, never half of it. */
async function writeIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const present = await readOrUndefined(path);
  if (present?.equals(contents) === true) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

async function readOrUndefined(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch {
    return undefined;
  }
}
