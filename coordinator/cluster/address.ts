/** @file The text of `--cluster`: `nats://[user:password@]host[:port][,host…][/name]`, or `tls://…`. Pure. */
/** Where the coordinators of one run agree on which of them leads. */
export interface ClusterAddress {
  /** `host:port` of each NATS server. */
  readonly servers: readonly string[];
  /** The cluster's name, for several on the same servers. */
  readonly name: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly isTls: boolean;
}

const portDefault = 4222;
const nameDefault = "promedio";
const form =
  /^(?<scheme>nats|tls):\/\/(?:(?<user>[\w.~%-]+):(?<password>[^\s/@]+)@)?(?<servers>[^\s/@]+)(?:\/(?<name>[\w-]{1,32})?)?$/u;
const server = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/iu;

/** `undefined` if the text is none. */
export function clusterAddress(text: string): ClusterAddress | undefined {
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { scheme, user, password, servers = "", name = nameDefault } = groups;
  const hosts = servers.split(",");
  if (!hosts.every((host) => server.test(host))) return undefined;
  const hasCredentials = user !== undefined && password !== undefined;
  try {
    return {
      servers: hosts.map((host) => (/:\d+$/u.test(host) ? host : `${host}:${portDefault}`)),
      name,
      user: hasCredentials ? decodeURIComponent(user) : undefined,
      password: hasCredentials ? decodeURIComponent(password) : undefined,
      isTls: scheme === "tls",
    };
  } catch (error) {
    // A percent sign without two digits.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
