/** @file Reads what tests compare from Markdown: sections, tables, code and links. As much of it as our pages use. */

/** The part under a heading, up to the next one of the same level or above. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split("\n");
  const start = lines.findIndex(
    (line) => /^#+ /u.test(line) && line.replace(/^#+ /u, "") === heading,
  );
  if (start === -1) throw new Error(`no heading '${heading}'`);
  const level = levelOf(lines[start] ?? "");
  const length = lines.slice(start + 1).findIndex((line) => {
    return levelOf(line) > 0 && levelOf(line) <= level;
  });
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join("\n");
}

/** Headings of a level, in order. */
export function headingsOf(page: string, level: number): string[] {
  const prefix = `${"#".repeat(level)} `;
  const lines = withoutFences(page).split("\n");
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

/** Rows of all tables, without their headings: the trimmed cells. */
export function tableRows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line, i, lines) => line.startsWith("|") && !isHead(line, lines[i + 1]))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function isHead(line: string, next: string | undefined): boolean {
  return isRule(line) || (next !== undefined && isRule(next));
}

function isRule(line: string): boolean {
  return /^\|[\s:|-]+\|$/u.test(line);
}

/** The text without its backticks. */
export function plain(cell: string): string {
  return cell.replaceAll("`", "");
}

/** Contents of the fenced code blocks, of one language or of all. */
export function fencesOf(page: string, language?: string): string[] {
  return [...page.matchAll(/^```(\w*)\n([^]*?)^```/gmu)]
    .filter(([, name]) => language === undefined || name === language)
    .map(([, , content = ""]) => content);
}

/** Everything between single backticks. */
export function codeSpansOf(page: string): string[] {
  return [...withoutFences(page).matchAll(/`([^`\n]+)`/gu)].map(([, code = ""]) => code);
}

/** Targets of links and pictures, reference definitions included. */
export function linksOf(page: string): string[] {
  const text = withoutFences(page).replaceAll(/`[^`\n]*`/gu, "");
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/gu)];
  const references = [...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gmu)];
  const html = [...text.matchAll(/\b(?:src|href)="([^"]+)"/gu)];
  return [...inline, ...references, ...html].map(([, target = ""]) => target);
}

/** The anchors that GitHub gives a page's headings. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of withoutFences(page).split("\n")) {
    if (levelOf(line) === 0) continue;
    const slug = slugOf(line.replace(/^#+ /u, ""));
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  for (const [, id = ""] of page.matchAll(/<a\s+(?:id|name)="([^"]+)"/gu)) anchors.add(id);
  return anchors;
}

function slugOf(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1").toLowerCase();
  return text
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/gu, "-");
}

function levelOf(line: string): number {
  return /^(#+) /u.exec(line)?.[1]?.length ?? 0;
}

function withoutFences(page: string): string {
  return page.replaceAll(/^```\w*\n[^]*?^```/gmu, "");
}
