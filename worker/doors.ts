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
  readonly #learned: ((term: number, urls: readonly string[]) => void) | undefined;

  /**
   * @param given - `http://host:port`, `https://…`, or a path there, without a trailing slash.
   * @param learned - Called with all addresses, and the term of the coordinator that named them. A relay passes them on.
   */
  constructor(given: string, learned?: (term: number, urls: readonly string[]) => void) {
    this.#given = given;
    this.#current = given;
    this.#learned = learned;
  }

  /** The address to try now, in the same form. */
  get httpUrl(): string {
    return this.#current;
  }

  /** The address of its WebSocket. */
  get socketUrl(): string {
    return `${this.#current.replace(/^http/u, "ws")}/worker`;
  }

  /**
   * Replaces the addresses besides the given one. The current one stays until `next`.
   *
   * @param term - That of the coordinator that names them.
   */
  learn(urls: readonly string[], term = 0): void {
    const isSafe = (url: string) => url.startsWith("https:") || this.#given.startsWith("http:");
    this.#others = urls.filter((url) => url !== this.#given && isSafe(url));
    this.#learned?.(term, [this.#given, ...this.#others]);
  }

  /** Moves on to the next address, around in a circle. */
  next(): void {
    const all = [this.#given, ...this.#others];
    this.#current = all[(all.indexOf(this.#current) + 1) % all.length] ?? this.#given;
  }
}
