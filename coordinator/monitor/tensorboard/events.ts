/**
 * @file TensorBoard's events as protocol buffer messages, as far as a run has any: scalars, pictures and texts.
 *
 * @see https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto (event.proto, summary.proto)
 */
import { ProtobufMessage } from "../../../shared/protobuf.ts";

/** When something was recorded. */
export interface Instant {
  /** Seconds since 1970. */
  readonly wallSeconds: number;
  /** Committed steps. */
  readonly step: number;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** The first record of a file. */
export function versionEvent(wallSeconds: number): ProtobufMessage {
  return new ProtobufMessage().double(1, wallSeconds).text(3, "brain.Event:2");
}

/** A program starts here. TensorBoard forgets what earlier files say about later steps, which will come again. */
export function startEvent(at: Instant): ProtobufMessage {
  const started = 1;
  return eventAt(at).message(7, new ProtobufMessage().integer(1, started));
}

export function scalarsEvent(
  at: Instant,
  scalars: Readonly<Record<string, number>>,
): ProtobufMessage {
  const summary = new ProtobufMessage();
  for (const [tag, value] of Object.entries(scalars)) {
    summary.message(1, new ProtobufMessage().text(1, tag).float(2, value));
  }
  return eventAt(at).message(5, summary);
}

export function pictureEvent(
  at: Instant,
  tag: string,
  { width, height, png }: Picture,
): ProtobufMessage {
  const greyscale = 1;
  const image = new ProtobufMessage()
    .integer(1, height)
    .integer(2, width)
    .integer(3, greyscale)
    .bytes(4, png);
  return valueEvent(at, new ProtobufMessage().text(1, tag).message(4, image));
}

/** @param text - Markdown. */
export function textEvent(at: Instant, tag: string, text: string): ProtobufMessage {
  const stringType = 7;
  const shape = new ProtobufMessage().message(2, new ProtobufMessage().integer(1, 1));
  const tensor = new ProtobufMessage().integer(1, stringType).message(2, shape).text(8, text);
  const plugin = new ProtobufMessage().message(1, new ProtobufMessage().text(1, "text"));
  return valueEvent(at, new ProtobufMessage().text(1, tag).message(8, tensor).message(9, plugin));
}

function valueEvent(at: Instant, value: ProtobufMessage): ProtobufMessage {
  return eventAt(at).message(5, new ProtobufMessage().message(1, value));
}

function eventAt({ wallSeconds, step }: Instant): ProtobufMessage {
  return new ProtobufMessage().double(1, wallSeconds).integer(2, step);
}
