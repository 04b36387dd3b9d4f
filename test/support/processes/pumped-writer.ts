/**
 * @file A program that writes to a terminal through the pump, as on Windows, and counts its event loop's turns in a
 * file: `pumped-writer.ts COUNT_FILE`. It ends with exit code 3.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { Output } from "../../../coordinator/console/output.ts";

const [, , countFile = ""] = process.argv;
const pump = join(import.meta.dirname, "../../../build/output-pump.js");

// The only thing that is missing where the pump is needed.
const handle: object = Reflect.get(process.stdout, "_handle");
Object.defineProperty(handle, "setBlocking", { value: undefined });
const output = new Output(process.stdout, pump);

let turns = 0;
const timer = setInterval(() => {
  output.write(`line ${turns} ${"x".repeat(20_000)}\r\n`);
  turns += 1;
  writeFileSync(countFile, String(turns));
  if (turns < 40) return;
  clearInterval(timer);
  output.write("the last line\r\n");
  output.end();
  process.exitCode = 3;
}, 50);
