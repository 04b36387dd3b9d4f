/** @file How a token travels with an HTTP request. */

/** The header field of the token, in lower case as Node reports it. */
export const tokenField = "promedio-token";
