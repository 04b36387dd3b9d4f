/**
 * @file Answers that pages of other sites may read: those that the operator admits. They show their token like everybody;
 * a browser sends no password and no cookie for them.
 *
 * @see Fetch Standard, section 3.3 (CORS protocol).
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import { tokenField } from "../../../shared/protocol/token-field.ts";

/** How long a browser need not ask again, in seconds. Chromium takes no more. */
const preflightSeconds = 7_200;

/**
 * Lets a page read the answer.
 *
 * @param origin - Of the page, which is admitted.
 * @returns Whether that was the question, so that the request is answered.
 */
export function admit(origin: string, request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Vary", "Origin");
  response.setHeader("Access-Control-Expose-Headers", "Promedio-Run, Promedio-Step");
  const { method, headers } = request;
  if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return false;
  response.writeHead(204, {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": `${tokenField}, authorization, range`,
    "Access-Control-Max-Age": preflightSeconds,
  });
  response.end();
  return true;
}
