/** @file The name of a run that nobody named. */
import { customAlphabet } from "nanoid";

import { known } from "../shared/assert.ts";

const newSuffix = customAlphabet("23456789abcdefghijkmnpqrstuvwxyz", 4);

/** `20261123-134501-x7kq`: sorts by time, and two coordinators started in one second get different names. */
export function newRunId(): string {
  const [date, time] = new Date().toISOString().split("T");
  const digits = `${date}-${known(time, "a time of day").slice(0, 8)}`.replaceAll(/[-:]/gu, "");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-${newSuffix()}`;
}
