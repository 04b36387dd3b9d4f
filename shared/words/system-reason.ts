/**
 * @file Explains an operating system's errors. Those that an operator can do something about have their own
 * sentences.
 */
import { type Code, reasonOf, type Sentence, sentence } from "./sentence.ts";

const codes = {
  ENOENT: "no-such-file",
  ENOTDIR: "is-no-folder",
  EISDIR: "is-folder",
  EACCES: "no-permission",
  EPERM: "no-permission",
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EROFS: "disk-read-only",
  EIO: "disk-failed",
  EMFILE: "too-many-files",
  ENFILE: "too-many-files",
} as const satisfies Readonly<Record<string, Code>>;

/** Why an operation on a file failed. Other errors speak for themselves. */
export function systemReason(error: unknown): Sentence {
  const errno = error instanceof Error && "code" in error ? error.code : undefined;
  return isKnown(errno) ? sentence(codes[errno]) : reasonOf(error);
}

function isKnown(errno: unknown): errno is keyof typeof codes {
  return typeof errno === "string" && Object.hasOwn(codes, errno);
}
