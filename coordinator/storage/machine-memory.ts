/** @file How much memory this process can have at most. */
import { totalmem } from "node:os";

/** In bytes: that of the machine, or of the container that the process is in. */
export function machineMemory(): number {
  const most = process.constrainedMemory();
  return most > 0 ? Math.min(most, totalmem()) : totalmem();
}
