/** @file Where the coordinator is, as its pages see it: at the root of a host, or under a path behind a proxy. */

/** The folder of the current page, without a trailing slash. */
export function baseUrl(): string {
  return new URL(".", location.href).href.replace(/\/$/u, "");
}
