/**
 * @file Packs what is published: `npm run package`, after a build for it. It has the files that package.json lists.
 * Whoever reads its pages has only the package, so a link to a file that is not in it becomes the text of the link, and a
 * picture becomes its description.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";

const root = import.meta.dirname;
/** Code, which stays as it is; a link or a picture; a picture in HTML. */
const parts =
  /```[^]*?\n```|`[^`\n]*`|(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)|<img ([^>]*)>/gu;

const note = "Files that are named here without a link are in the repository only.\n";

if (process.argv[1] === import.meta.filename) pack();

function pack(): void {
  const stage = mkdtempSync(join(tmpdir(), "promedio-pack-"));
  try {
    const paths = listedFiles();
    for (const path of paths) cpSync(join(root, path), join(stage, path));
    for (const page of paths.filter((path) => path.endsWith(".md"))) {
      const text = readFileSync(join(root, page), "utf8");
      writeFileSync(join(stage, page), packedPage(text, page, paths));
    }
    execFileSync("npm", ["pack", stage, "--pack-destination", root], { stdio: "inherit" });
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The files that package.json lists, as npm reads it. */
function listedFiles(): string[] {
  const json = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed]: { readonly files: readonly { readonly path: string }[] }[] = JSON.parse(json);
  return packed?.files.map(({ path }) => path) ?? [];
}

/**
 * A page of the repository for the package.
 *
 * @param page - Its path, from which its links lead.
 * @param paths - The files of the package.
 */
export function packedPage(text: string, page: string, paths: readonly string[]): string {
  const packed = new Set(paths);
  const linked = withoutLinks(text, (target) => {
    const [path = ""] = target.split("#", 1);
    return !/^(?:https?:|#)/u.test(target) && !packed.has(posix.join(dirname(page), path));
  });
  const narrow = linked.replaceAll(/^\|.*\|$/gmu, withoutPadding);
  return linked === text ? narrow : `${narrow}\n${note}`;
}

function withoutLinks(text: string, isLost: (target: string) => boolean): string {
  return text.replaceAll(
    parts,
    (whole: string, mark?: string, words?: string, path?: string, attributes?: string) => {
      const target = path ?? attributeOf("src", attributes);
      if (target === "" || !isLost(target)) return whole;
      const said = words ?? attributeOf("alt", attributes);
      return mark === "" ? withoutLinks(said, isLost) : `_${said}_`;
    },
  );
}

function attributeOf(name: string, attributes = ""): string {
  return new RegExp(`${name}="([^"]*)"`, "u").exec(attributes)?.[1] ?? "";
}

/** A row of a table without the spaces that line up its columns, which are a quarter of some pages. */
function withoutPadding(row: string): string {
  return /^[|: -]+$/u.test(row)
    ? row.replaceAll(/-+/gu, "---").replaceAll(/ +/gu, " ")
    : row.replaceAll(/ +\|/gu, " |").replaceAll(/\| +/gu, "| ");
}
