/** @file What the page and the web worker with its network say to each other. */
import type { AnswerBody, Question } from "../questions.ts";
import type { NetworkSource } from "./lecture.ts";
import type { RunState } from "./run-state.ts";

export type ThreadRequest =
  /** Answered by `answer`. */
  | { readonly kind: "ask"; readonly question: Question }
  /** From now on, answer for this network. */
  | { readonly kind: "use"; readonly run: RunState }
  /** The same for the network in a file, if it is one. Answered by `read`. */
  | { readonly kind: "read"; readonly bytes: Uint8Array };

export type ThreadReply =
  /** Committed steps of the network in the file; `undefined` if the pictures cannot show it. */
  | { readonly kind: "read"; readonly step: number | undefined }
  | { readonly kind: "answer"; readonly body: AnswerBody<Question["kind"]> }
  /** The question before has no answer. */
  | { readonly kind: "failed" }
  /** The page's own network, once: before the first answer for it. */
  | { readonly kind: "trained"; readonly source: NetworkSource };
