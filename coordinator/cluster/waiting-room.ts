/**
 * @file What a standby serves: a page that says that it waits, and for which coordinator, whatever was asked for. It reloads
 * by itself, so that whoever opened it sees the run as soon as this coordinator leads. Workers find no socket here and
 * try the next door.
 */
import { say } from "../../shared/words/say.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { Access } from "../edge/access.ts";
import { machineNames, urlsOf } from "../edge/addresses.ts";
import { machineAddresses } from "../edge/interfaces.ts";
import { listen, type RunningServer } from "../edge/server.ts";
import { Certificate } from "../edge/tls.ts";
import type { CoordinatorOptions } from "../options.ts";
import type { Leader } from "./cluster.ts";

const reloadSeconds = 3;

export interface WaitingRoom extends Pick<RunningServer, "port" | "close"> {
  /** The address at which others reach it. */
  readonly door: string;
}

/** @throws OperatorError if the port or the certificate cannot be used. */
export async function openWaitingRoom(
  options: CoordinatorOptions & { readonly adminToken: string },
  leader: () => Leader | undefined,
): Promise<WaitingRoom> {
  const { host, adminToken, joinUrl, basePath, trustProxy } = options;
  const certificate = options.tls === undefined ? undefined : new Certificate(options.tls);
  const publicPath = joinUrl === undefined ? "" : new URL(joinUrl).pathname.replace(/\/$/u, "");
  const server = await listen({
    host,
    port: options.port,
    certificate,
    access: new Access({
      joinToken: null,
      adminToken,
      hosts: [...machineNames(), host],
      origins: joinUrl === undefined ? [] : [new URL(joinUrl).origin],
      isCertified: (name) => certificate?.covers(name) ?? false,
    }),
    proxy: { basePath: (basePath ?? publicPath).replace(/\/$/u, ""), trustProxy },
    routes: [
      {
        prefix: "/",
        role: "anybody",
        handle(_request, response) {
          const body = pageOf(leader());
          response.writeHead(503, {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            Refresh: reloadSeconds,
          });
          response.end(body);
          return true;
        },
      },
    ],
    entrances: new Map(),
    // Nobody is refused here for what they did: nothing is here yet.
    refused: () => {},
  });
  const { port } = server;
  const addresses = await machineAddresses();
  const urls = urlsOf({
    host,
    port,
    addresses,
    joinToken: null,
    adminToken,
    certificate,
    publicUrl: joinUrl,
  });
  return { port, door: doorOf(urls.joinUrl), close: () => server.close() };
}

/** The address of a coordinator, from that of its join page. */
export function doorOf(joinUrl: string): string {
  return joinUrl.replace(/\/join(?:#.*)?$/u, "");
}

function pageOf(leader: Leader | undefined): string {
  const url = leader?.url ?? "";
  const said: Sentence =
    url === "" ? sentence("standby-page-alone") : sentence("standby-page", { url });
  const paragraphs = (["en", "es"] as const).map(
    (language) => `<p lang="${language}">${escaped(say(language, said))}</p>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Promedio</title>${paragraphs.join("")}</html>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
