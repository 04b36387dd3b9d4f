/** @file What sections ask the page's network, and its answers: plain values, for a web worker. */

/** One question. Equal questions have equal answers, so they are asked once. */
export interface Question {
  readonly kind: "none";
}

export interface Answer {
  /** Of this answer among all, so that a section knows whether it has computed with it. */
  readonly id: number;
}
