/** @file Keeps the screen on while this device helps: a phone that lies on the table would go to sleep. */

let lock: WakeLockSentinel | undefined;
let isAsking = false;

/** Whether this browser can, on this page: only secure ones may. */
export function canKeepAwake(): boolean {
  return "wakeLock" in navigator;
}

/** Keeps the screen on, or lets it go. To be called whenever that may have changed; a refusal does no harm. */
export async function keepAwake(wanted: boolean): Promise<void> {
  if (!canKeepAwake() || isAsking) return;
  const isHeld = lock?.released === false;
  // A hidden page has lost its lock by itself, and gets none.
  if (isHeld === wanted || (wanted && document.visibilityState !== "visible")) return;
  isAsking = true;
  try {
    if (wanted) lock = await navigator.wakeLock.request("screen");
    else await lock?.release();
  } catch {
    // A low battery, or the person said no.
  } finally {
    isAsking = false;
  }
}
