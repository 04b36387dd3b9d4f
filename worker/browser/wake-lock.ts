/** @file Keeps the screen on while this device helps; otherwise a phone on the table would go to sleep. */

let lock: WakeLockSentinel | undefined;
let isAsking = false;

/** Whether this browser can do so on this page: only secure pages may. */
export function canKeepAwake(): boolean {
  return "wakeLock" in navigator;
}

/** Acquires or releases the lock. Call it whenever the answer may have changed; a refusal does no harm. */
export async function keepAwake(wanted: boolean): Promise<void> {
  if (!canKeepAwake() || isAsking) return;
  const isHeld = lock?.released === false;
  // A hidden page has already lost its lock and cannot get a new one.
  if (isHeld === wanted || (wanted && document.visibilityState !== "visible")) return;
  isAsking = true;
  try {
    if (wanted) lock = await navigator.wakeLock.request("screen");
    else await lock?.release();
  } catch {
    // The battery is low, or the person refused.
  } finally {
    isAsking = false;
  }
}
