/** @file An event as an entry of the log: the object that `--json` prints, with a level and a line for people. Pure. */
import type { LogEntry } from "../../shared/log.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import { eventFields } from "./console.ts";
import { eventLine } from "./view/event-line.ts";
import { createStyle } from "./view/style.ts";

const plain = createStyle(false);

/** An event without a sentence of its own has its name as its code. */
export function logEntryOf(event: CoordinatorEvent): LogEntry {
  const fields = { code: event.event, values: {}, ...eventFields(event) };
  return { level: levelOf(event), message: eventLine(event, plain), fields };
}

function levelOf(event: CoordinatorEvent): LogEntry["level"] {
  if (event.event === "failed") return "error";
  const isRefused = event.event === "worker" && event.change === "refused";
  return event.event === "warning" || isRefused ? "warning" : "info";
}
