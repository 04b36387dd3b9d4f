/** @file Readers of values that only a command line has: switches, paths, addresses. */
import type { Reader } from "../../shared/run/settings/readers.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { clusterAddress } from "../cluster/address.ts";
import { withHome } from "../storage/home-path.ts";

const switchWords = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** A switch. Environments often use 1 and 0. */
export const truth: Reader<boolean> = {
  expects: sentence("expects-true-or-false"),
  words: ["true", "false"],
  read: (given) => switchWords.get(given),
};

/** A switch with an optional value. */
export function truthOr<T>(reader: Reader<T>): Reader<boolean | T> {
  return {
    ...reader,
    read(given) {
      // Only the words, because 1 may be a value.
      if (given === "true" || given === "false") return given === "true";
      return reader.read(given);
    },
  };
}

/** A path, as the operating system accepts it. `~` is the home folder, wherever the path comes from. */
export const path: Reader<string> = {
  expects: sentence("expects-path"),
  words: [],
  read: (given) => (/^[^\0]+$/u.test(given) ? withHome(given) : undefined),
};

/** An http or https address, without trailing slashes. */
export const httpAddress: Reader<string> = {
  expects: sentence("expects-http-address"),
  words: [],
  read(given) {
    const valid = /^https?:\/\/\S+$/u.test(given) && URL.canParse(given);
    return valid ? given.replace(/\/+$/u, "") : undefined;
  },
};

/** Where the coordinators of one run meet. */
export const clusterServers: Reader<string> = {
  expects: sentence("expects-cluster"),
  words: [],
  read: (given) => (clusterAddress(given) === undefined ? undefined : given),
};

/** Origins of web pages as browsers write them: scheme, host, and the port unless it is the scheme's default. */
export const origins: Reader<readonly string[]> = {
  expects: sentence("expects-origins"),
  words: [],
  read(given) {
    const read = given.split(",").map((part) => originOf(part.trim()));
    const valid = read.filter((origin) => origin !== undefined);
    return valid.length === read.length ? valid : undefined;
  },
};

/** The address of a coordinator for people: `https://train.example.org`, perhaps with a path. No slash at its end. */
export const pageAddress: Reader<string> = {
  expects: sentence("expects-page-address"),
  words: [],
  read(given) {
    if (!/^https?:\/\/[^/?#@\s]+(?:\/[\w.~-]+)*\/?$/u.test(given) || !URL.canParse(given))
      return undefined;
    return new URL(given).href.replace(/\/$/u, "");
  },
};

/** The path of a URL with a slash at its beginning and none at its end, unless it is `/`. */
export const urlPath: Reader<string> = {
  expects: sentence("expects-url-path"),
  words: [],
  read(given) {
    if (given === "/") return given;
    return /^(?:\/[\w.~-]+)+\/?$/u.test(given) ? given.replace(/\/$/u, "") : undefined;
  },
};

function originOf(given: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\s]+\/?$/u.test(given) || !URL.canParse(given)) return undefined;
  return new URL(given).origin;
}
