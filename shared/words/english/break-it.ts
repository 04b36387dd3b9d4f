/** @file Sentences about the dashboard's "Break it" buttons, and about the coordinator's reactions. */

export const breakIt = {
  "break-it-drop": "break it: the connection of {worker} is cut",
  "break-it-delay": "break it: everything {worker} sends is held back for {seconds} s",
  "break-it-delay-over": "break it: what {worker} sent is delivered again",
  "break-it-delay-over-steps":
    "break it: what {worker} sent is delivered again; {steps} {steps = 1 ? step was : steps were} done meanwhile",
  "break-it-corrupt":
    "break it: bits of {worker}'s gradient for step {step} are flipped, so that one value is NaN",
  "break-it-lie":
    "break it: one bit of {worker}'s gradient for step {step} is flipped; every value is still a number",
  "break-it-nan-refused":
    "break it: the NaN was refused before it touched a sum, and what {worker} had of step {step} was computed again",
  "break-it-found-by-quorum":
    "break it: the wrong result was found: a second worker's result differed, and the coordinator computed which one was right; {worker} is disconnected, and what depended on its result in step {step} was computed again",
  "break-it-found-by-sample":
    "break it: the wrong result was found: the coordinator happened to compute the same block; {worker} is disconnected, and what it had of step {step} was computed again",
  "break-it-not-found":
    "break it: nobody found the wrong result: step {step} was committed with it, and the fingerprint will be a different one; only audit quorum finds every wrong result",
  "break-it-not-needed":
    "break it: what {worker} sent for step {step} was not needed: another worker was faster",
} as const;
