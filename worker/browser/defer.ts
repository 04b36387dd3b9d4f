/** @file Yields to the event loop without the 4 ms that browsers add to nested timers. */

/** Returns a function that calls back after all waiting events have been handled. */
export function createDefer(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.addEventListener("message", () => waiting.shift()?.());
  port1.start();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(undefined);
  };
}
