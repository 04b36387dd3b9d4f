/**
 * @file The strokes of a drawing. Only one pointer draws at a time, so a second finger, or the hand that rests
 * beside a pen, leaves no mark. Pure.
 */

/** A position on the pad, in its pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Stroke {
  /** At least one. */
  readonly spots: readonly Spot[];
  readonly color: string;
}

export class Strokes {
  readonly #strokes: (Stroke & { readonly spots: Spot[] })[] = [];
  /** The pointer that is drawing. */
  #pointer: number | undefined;

  get all(): readonly Stroke[] {
    return this.#strokes;
  }

  /** A pointer touches the pad. @returns Whether it draws from now on. */
  begin(pointer: number, spot: Spot, color: string): boolean {
    if (this.#pointer !== undefined) return false;
    this.#pointer = pointer;
    this.#strokes.push({ spots: [spot], color });
    return true;
  }

  /** A pointer moves. @returns Whether it drew. */
  move(pointer: number, spots: readonly Spot[]): boolean {
    if (pointer !== this.#pointer) return false;
    this.#strokes.at(-1)?.spots.push(...spots);
    return true;
  }

  /** A pointer leaves the pad, or is lost. */
  end(pointer: number): void {
    if (pointer === this.#pointer) this.#pointer = undefined;
  }

  clear(): void {
    this.#strokes.length = 0;
  }
}
