/** @file Runs the parser on strings. */
import { parseCommandLine, type ParsedCommand } from "../../../../coordinator/cli/parse.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";

export interface Sources {
  readonly environment?: Readonly<Record<string, string>>;
  /** Contents of `run.yaml`. */
  readonly file?: string | Uint8Array;
}

/** Parses the arguments. A run file is named `run.yaml` and becomes the first argument after the command. */
export function parse(
  argv: readonly string[],
  { environment = {}, file }: Sources = {},
): ParsedCommand {
  const [command = "", ...rest] = argv;
  const whole = file === undefined ? argv : [command, "run.yaml", ...rest];
  return parseCommandLine(whole, environment, (path) => readFile(path, file), "1.2.3");
}

export function parseCoordinator(
  argv: readonly string[],
  sources?: Sources,
): Extract<ParsedCommand, { kind: "coordinator" }> {
  const parsed = parse(argv, sources);
  if (parsed.kind !== "coordinator") throw new Error(`not a coordinator: ${parsed.kind}`);
  return parsed;
}

export function printed(argv: readonly string[], sources?: Sources): string {
  const parsed = parse(argv, sources);
  if (parsed.kind !== "print") throw new Error(`nothing is printed: ${parsed.kind}`);
  return parsed.text;
}

/** The one line of the operator's error that `act` throws. */
export function mistake(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
  throw new Error("no error was thrown");
}

function readFile(path: string, file: string | Uint8Array | undefined): Uint8Array {
  if (path === "run.yaml" && file !== undefined) return Buffer.from(file);
  throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
}
