/** @file `~` at the start of a path. A shell replaces it only at the start of a word, so not in `--runs=~/x`. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The path with the home folder in place of a leading `~`. `~ada/x` stays: only a shell knows where Ada lives. */
export function withHome(path: string, home: string = homedir()): string {
  if (path === "~") return home;
  return /^~[/\\]/u.test(path) ? join(home, path.slice(2)) : path;
}
