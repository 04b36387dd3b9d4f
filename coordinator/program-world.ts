/** @file What a coordinator is asked for, and its surroundings: the parts of the process that it does not own. */
import type { ReadStream } from "node:tty";

import type { LogEntry } from "../shared/log.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import type { Sentence } from "../shared/words/sentence.ts";
import type { Signals } from "./console/signals.ts";
import type { Console, ConsoleOutput } from "./console/types.ts";
import type { HostServer } from "./edge/listening/host-server.ts";
import type { CoordinatorOptions } from "./options.ts";
import type { SetupWorld } from "./run-setup.ts";
import type { StartInside } from "./workers/local-workers.ts";

export interface ProgramWorld {
  /** The build folder: the kernel, the pages, the program itself. */
  readonly build: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: ConsoleOutput & { readonly isTTY: boolean };
  /** Gets all events instead of `output`; absent: they are printed. */
  readonly console?: Console;
  /** Writes one line on standard error for the person who started the program. */
  readonly tell: (said: Sentence) => void;
  /** Writes an entry of the log there. */
  readonly log: (entry: LogEntry) => void;
  /** Keys are read from it; absent: none. */
  readonly input?: ReadStream;
  readonly signals: Pick<Signals, "ended" | "onReload">;
  /** As for {@link SetupWorld}. */
  readonly collectGarbage?: () => void;
  /** Starts a worker in this process; absent: local workers are processes. */
  readonly startInside?: StartInside;
  /** The server of the program that embeds this one; absent: it opens its own. */
  readonly hostServer?: HostServer | undefined;
}

/** The request: a run, and how to run it. */
export interface CoordinatorCommand {
  readonly options: CoordinatorOptions;
  readonly run: RunRequest;
  /** Data that are in memory already, and the name under which the request asks for them; absent: none. */
  readonly loaded?: SetupWorld["loaded"];
  /** The command that continues a run, given its name or its folder's path. */
  readonly resumeWith: (run: string) => string;
}
