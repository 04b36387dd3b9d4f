/**
 * @file The addresses at which a worker tries to find its run: the one that it was given, and those of the other
 * coordinators, which a coordinator of a cluster names. Pure.
 *
 * What holds:
 * 1. The address that a person gave always stays.
 * 2. An encrypted connection is never followed by one that is not: the token travels with it.
 */
export class Doors {
  readonly #given: string;
  #others: readonly string[] = [];
  #current: string;

  /** @param given - `http://host:port`, `https://…`, or a path there, without a trailing slash. */
  constructor(given: string) {
    this.#given = given;
    this.#current = given;
  }

  /** The address to try now, in the same form. */
  get httpUrl(): string {
    return this.#current;
  }

  /** The address of its WebSocket. */
  get socketUrl(): string {
    return `${this.#current.replace(/^http/u, "ws")}/worker`;
  }

  /** Replaces the addresses besides the given one. The current one stays until `next`. */
  learn(urls: readonly string[]): void {
    const isSafe = (url: string) => url.startsWith("https:") || this.#given.startsWith("http:");
    this.#others = urls.filter((url) => url !== this.#given && isSafe(url));
  }

  /** Moves on to the next address, around in a circle. */
  next(): void {
    const all = [this.#given, ...this.#others];
    this.#current = all[(all.indexOf(this.#current) + 1) % all.length] ?? this.#given;
  }
}
