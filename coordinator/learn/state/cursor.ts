/** @file Where somebody left the cursor of what is played, and whether it runs on from there. */
export interface Cursor {
  readonly step: number;
  readonly isPlaying: boolean;
}
