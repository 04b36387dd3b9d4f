/** @file Runs operations on one file or folder one after the other, in the order in which they were asked for. */
export class OperationQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns The operation's own result; a failure does not stop the ones after it. */
  run<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#last.then(operation);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
