/** @file Explains to the operator, who chose the address, why a server can't listen. */
import { OperatorError } from "../../../shared/operator-error.ts";
import { sentence } from "../../../shared/words/sentence.ts";

/** An OperatorError if the operator can fix it; any other error unchanged. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = { port: String(port), host };
  if (error.code === "EADDRINUSE") {
    return new OperatorError(sentence("port-in-use", place));
  }
  if (error.code === "EACCES") {
    return new OperatorError(sentence("port-not-allowed", place));
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new OperatorError(sentence("host-not-here", { host }));
  }
  return error;
}
