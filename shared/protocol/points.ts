/**
 * @file The points at which a worker is asked to compute: they come whole or in slices, as points or as updates. A relay gets
 * them while they are on their way, everybody else when they are whole.
 */
import type { RunConfig } from "../run/config.ts";
import { layoutOfPoint, type StateSizes } from "../run/kinds.ts";
import type { HeldPoint, PointVersion } from "../run/point-update.ts";
import { tensorBytes } from "../run/wire.ts";
import { sentence } from "../words/sentence.ts";
import { Arrival, Incoming } from "./arrival.ts";
import { ProtocolError } from "./errors.ts";
import type { CoordinatorMessage, Decoded, WorkMessage } from "./messages.ts";
import { kindAsked } from "./rounds.ts";

/** The run that a worker is ready for. */
export interface RunOfPoints {
  readonly config: RunConfig;
  readonly sizes: StateSizes;
  /** Only if points move by updates. */
  readonly held: HeldPoint | undefined;
}

/** A point at which to compute. */
export interface Point {
  /** If it is on its way, all of its memory. */
  readonly parameters: Uint8Array;
  readonly version?: PointVersion;
  /** The tensors that are not whole yet: the point's and, if there is one, the update's. Absent: it is here. */
  readonly arrivals?: readonly Arrival[];
}

export interface PointsOptions {
  /** Whether points are passed on while they are on their way. */
  readonly passesOn: boolean;
  /** Whether the worker takes no work now. */
  readonly isPaused: () => boolean;
  /** The worker has not the point that an update starts from. */
  readonly differs: () => void;
  /** The rest of a point will not come, and what was asked for before is no longer needed. */
  readonly abandoned: () => void;
}

/** What follows a header, or will. */
export type Tail = Omit<Decoded<CoordinatorMessage>, "header">;

/** The points that arrive on one connection after the other. */
export class Points {
  readonly #options: PointsOptions;
  readonly #incoming = new Incoming();

  constructor(options: PointsOptions) {
    this.#options = options;
  }

  /**
   * A message asks for blocks.
   *
   * @param compute - Called with the point, now or when it is whole; never if the worker is paused by then.
   * @throws ProtocolError `ERR_STATE` or `ERR_SHAPE`.
   */
  accept(
    header: WorkMessage,
    { tensor, coming = 0 }: Tail,
    run: RunOfPoints,
    compute: (point: Point) => void,
  ): void {
    this.#incoming.expectNone();
    if (header.type === "update" && run.held === undefined) {
      throw new ProtocolError("ERR_STATE", sentence("update-unexpected"));
    }
    const bytes = coming === 0 ? tensor.length : coming;
    const expected = pointBytes(header, run, header.type === "update" ? "update" : "point");
    if (bytes !== expected) {
      throw new ProtocolError("ERR_SHAPE", sentence("parameters-length", { bytes, expected }));
    }
    if (coming === 0) return this.#whole(header, tensor, run, compute);
    const arrival = new Arrival(coming);
    const whole = this.#passOn(header, arrival, run, compute);
    this.#incoming.begin(arrival, {
      whole: whole ?? (() => this.#whole(header, arrival.bytes, run, compute)),
      abandoned: this.#options.abandoned,
    });
  }

  /** @throws ProtocolError If the slice does not fit. */
  take(slice: Uint8Array): void {
    this.#incoming.take(slice);
  }

  /** The connection is gone. */
  clear(): void {
    this.#incoming.clear();
  }

  #whole(
    header: WorkMessage,
    tensor: Uint8Array,
    { held }: RunOfPoints,
    compute: (point: Point) => void,
  ): void {
    // The coordinator sent this before it heard of the pause. It gives these blocks to others when it does.
    if (this.#options.isPaused()) return;
    const point = pointFrom(header, tensor, held);
    if (point === undefined) this.#options.differs();
    else compute(point);
  }

  /** @returns What to do when it is whole; `undefined` if nothing can be done before. */
  #passOn(
    header: WorkMessage,
    arrival: Arrival,
    run: RunOfPoints,
    compute: (point: Point) => void,
  ): (() => void) | undefined {
    const { passesOn, isPaused, differs } = this.#options;
    if (!passesOn || isPaused()) return undefined;
    const coming = comingPoint(header, arrival, run);
    if (coming === undefined) return undefined;
    compute(coming);
    return () => {
      // Nobody kept the bytes of a point that was dropped. Whoever pauses is sent the next one whole.
      if (!arrival.isAbandoned && !coming.end()) differs();
    };
  }
}

function pointBytes(header: WorkMessage, { config, sizes }: RunOfPoints, use: "point" | "update") {
  return tensorBytes(layoutOfPoint(kindAsked(header), config, sizes, use));
}

/**
 * The point at which a message asks to compute.
 *
 * @param tensor - The message's.
 * @param held - Of a worker in a run whose points move by updates; changed by the points of rounds that train.
 * @returns `undefined` if the update does not lead there from the point that is held.
 */
export function pointFrom(
  header: WorkMessage,
  tensor: Uint8Array,
  held: HeldPoint | undefined,
): Point | undefined {
  if (held === undefined || header.type === "evaluate") return { parameters: tensor };
  if (header.type === "update") return held.move(tensor, header.digest);
  return { parameters: tensor, version: held.keep(tensor) };
}

/** A point that is on its way. */
interface ComingPoint extends Point {
  /** The message's tensor is whole. @returns Whether the update leads to the point. */
  end(): boolean;
}

/** @returns `undefined` if it can only be known from all of the tensor. */
function comingPoint(
  header: WorkMessage,
  arrival: Arrival,
  run: RunOfPoints,
): ComingPoint | undefined {
  const { bytes } = arrival;
  const { held } = run;
  if (held === undefined || header.type === "evaluate") {
    return { parameters: bytes, arrivals: [arrival], end: () => true };
  }
  // The digest of a whole point is not in its message.
  const from = header.type === "update" ? held.before(header.digest) : undefined;
  if (header.type !== "update" || from === undefined) return undefined;
  const { digest } = header;
  const point = new Arrival(pointBytes(header, run, "point"));
  return {
    parameters: point.bytes,
    version: { digest, update: { from, tensor: bytes } },
    arrivals: [arrival, point],
    end: () => {
      const moved = held.move(bytes, digest);
      if (moved !== undefined) point.add(moved.parameters);
      return moved !== undefined;
    },
  };
}
