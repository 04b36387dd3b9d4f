/** @file The events of a run for any number of readers; each reads all of them, from the first one on. */

/** More than a run of years has; beyond it the oldest are forgotten. */
const eventsMax = 100_000;

export class EventList<Event> implements AsyncIterable<Event> {
  readonly #events: Event[] = [];
  /** How many were forgotten. */
  #forgotten = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};
  #changed = this.#nextChange();

  add(event: Event): void {
    this.#events.push(event);
    if (this.#events.length > eventsMax) {
      this.#events.shift();
      this.#forgotten += 1;
    }
    this.#tell();
  }

  /** @param end - With an error: what readers get after the last event. */
  close(end: { readonly error?: unknown } = {}): void {
    this.#end ??= end;
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (let next = 0; ;) {
      next = Math.max(next, this.#forgotten);
      const event = this.#events[next - this.#forgotten];
      if (event !== undefined) {
        next += 1;
        yield event;
      } else if (this.#end === undefined) {
        // oxlint-disable-next-line no-await-in-loop -- one event after the other
        await this.#changed;
      } else if ("error" in this.#end) throw this.#end.error;
      else return;
    }
  }

  #tell(): void {
    const wake = this.#wake;
    this.#changed = this.#nextChange();
    wake();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}
