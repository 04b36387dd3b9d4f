/** @file Debian's nginx, Caddy and Apache in front of a coordinator, set up with the very lines of REFERENCE.md. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const proxyNames = ["nginx", "caddy", "apache2"] as const;
export type ProxyName = (typeof proxyNames)[number];

interface ProxyPorts {
  /** Where it listens. */
  readonly own: number;
  /** Of the coordinator. */
  readonly behind: number;
  readonly folder: string;
  /** Whether it asks for a password: of `ana`, `secret`. Only nginx can. */
  readonly asksPassword?: boolean;
}

/** A whole configuration around the lines of the documentation. */
const configs: Readonly<Record<ProxyName, (lines: string, ports: ProxyPorts) => string>> = {
  nginx: (
    lines,
    { own, folder, asksPassword = false },
  ) => `daemon off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ${asksPassword ? `auth_basic "a lesson"; auth_basic_user_file ${folder}/users;` : ""}
  server { listen 127.0.0.1:${own}; ${lines} }
}`,
  caddy: (lines, { own }) => `{
  admin off
  auto_https off
  storage file_system ./caddy
}
http://127.0.0.1:${own} {
  ${lines}
}`,
  apache2: (lines, { own, folder }) => `ServerRoot ${folder}
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/errors
ServerName 127.0.0.1
Listen 127.0.0.1:${own}
${["mpm_event", "authz_core", "alias", "proxy", "proxy_http"]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join("\n")}
${lines}`,
};

const commands: Readonly<Record<ProxyName, (config: string) => readonly string[]>> = {
  nginx: (config) => ["-c", config],
  caddy: (config) => ["run", "--adapter", "caddyfile", "--config", config],
  apache2: (config) => ["-X", "-f", config],
};

export function isInstalled(name: ProxyName): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}

export interface RunningProxy {
  stop(): Promise<void>;
}

/** Starts a proxy that passes `/promedio/` on. Resolves when it answers. */
export async function startProxy(
  name: ProxyName,
  ports: Omit<ProxyPorts, "folder">,
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), `promedio-${name}-`));
  const lines = (await documented(name)).replaceAll("127.0.0.1:8080", `127.0.0.1:${ports.behind}`);
  const config = join(folder, "config");
  await writeFile(join(folder, "users"), "ana:{PLAIN}secret\n");
  await writeFile(config, `${configs[name](lines, { ...ports, folder })}\n`);
  const child = spawn(name, commands[name](config), {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HOME: folder },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
  await answering(`http://127.0.0.1:${ports.own}/`, child, () => said);
  return {
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The lines for this proxy: the code block of REFERENCE.md that is marked with its name. */
async function documented(name: ProxyName): Promise<string> {
  const page = await readFile(join(import.meta.dirname, "../../../REFERENCE.md"), "utf8");
  const block = new RegExp(`^\`\`\`${name}\\n([^]*?)^\`\`\``, "mu").exec(page);
  if (block?.[1] === undefined) throw new Error(`REFERENCE.md has no block for ${name}`);
  return block[1];
}

async function answering(url: string, child: ChildProcess, said: () => string): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return;
    if (child.exitCode !== null) throw new Error(`the proxy ended: ${said()}`);
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
