/**
 * @file A real headless Firefox as a plain process, for end-to-end tests: any Firefox on this machine, with its own
 * profile. It opens one page and is judged by what the coordinator sees of it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const paths = [
  process.env["FIREFOX"],
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];

/** No first-run pages, and no requests to the internet. */
const preferences: Readonly<Record<string, boolean | number | string>> = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.update.enabled": false,
  "browser.search.update": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.push.connection.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "extensions.update.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.prefetch-next": false,
  "services.settings.server": "http://127.0.0.1:9",
  "toolkit.telemetry.enabled": false,
  // What moves would be at another place each time a test looks.
  "ui.prefersReducedMotion": 1,
  "toolkit.telemetry.server": "",
};

/** How long a browser may take to end when asked. */
const goodbyeMs = 3_000;

export interface Firefox {
  /** Its folder. */
  readonly profile: string;
  stop(): Promise<void>;
}

/**
 * Path of a Firefox on this machine. If there is none, returns `undefined` and prints a line, so that a test can
 * skip itself.
 *
 * @throws If there is none and `CI` is set, because there a skipped test is a failure.
 */
export function findFirefox(): string | undefined {
  const found = paths.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  const message = "no Firefox found: its test is skipped (set FIREFOX to its path)";
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`${message}\n`);
  return undefined;
}

/** Opens one page in a new Firefox, optionally with more flags. `stop` ends it and removes its profile. */
export async function openFirefox(
  path: string,
  url: string,
  more: readonly string[] = [],
): Promise<Firefox> {
  const profile = await mkdtemp(join(tmpdir(), "promedio-firefox-"));
  const lines = Object.entries(preferences).map(([name, value]) => {
    return `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`;
  });
  await writeFile(join(profile, "user.js"), lines.join("\n"));
  const args = ["--headless", "--no-remote", "--profile", profile, ...more, url];
  const child = spawn(path, args, {
    stdio: "ignore",
    env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: "1" },
    // Its own process group, because its content processes outlive a parent that is killed.
    detached: true,
  });
  return {
    profile,
    async stop() {
      await end(child);
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), goodbyeMs);
  await gone;
  clearTimeout(timer);
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has already ended.
  }
}
