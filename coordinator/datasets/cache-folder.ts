/** @file The folder for files that can be recreated, such as downloads. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

import { withHome } from "../storage/home-path.ts";

/** What the answer depends on. */
export interface CacheSurroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The folder for Promedio's downloads: `PROMEDIO_CACHE`, else a folder in the platform's usual cache location.
 *
 * @see XDG Base Directory Specification 0.8: a relative `XDG_CACHE_HOME` must be ignored.
 */
export function cacheFolder(
  { platform, environment, home }: CacheSurroundings = {
    platform: process.platform,
    environment: process.env,
    home: homedir(),
  },
): string {
  const own = environment["PROMEDIO_CACHE"];
  if (own !== undefined && own !== "") return withHome(own, home);
  if (platform === "win32") {
    const local = environment["LOCALAPPDATA"] ?? join(home, "AppData", "Local");
    return join(local, "promedio", "Cache");
  }
  if (platform === "darwin") return join(home, "Library", "Caches", "promedio");
  const xdg = environment["XDG_CACHE_HOME"];
  const caches = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache");
  return join(caches, "promedio");
}
