import { expect, test } from "vitest";

import { ProtobufMessage } from "../../../../shared/protobuf.ts";

const hex = (message: ProtobufMessage) => Buffer.from(message.encode()).toString("hex");

/** The examples of the encoding's own documentation. */
test("writes the documented bytes of integers, texts, messages and packed lists", () => {
  expect(hex(new ProtobufMessage().integer(1, 150))).toBe("089601");
  expect(hex(new ProtobufMessage().text(2, "testing"))).toBe("120774657374696e67");
  const inner = new ProtobufMessage().integer(1, 150);
  expect(hex(new ProtobufMessage().message(3, inner))).toBe("1a03089601");
  expect(hex(new ProtobufMessage().integers(6, [3, 270, 86_942]))).toBe("3206038e029ea705");
});

test("writes -1 in ten bytes, and floats in four each, little-endian", () => {
  expect(hex(new ProtobufMessage().integers(1, [-1]))).toBe("0a0affffffffffffffffff01");
  expect(hex(new ProtobufMessage().float(2, 1.5))).toBe("150000c03f");
  expect(hex(new ProtobufMessage().floats(3, [1.5, -2]))).toBe("1a080000c03f000000c0");
});
