import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { sha256Of } from "../../../../shared/kernels/sha256.ts";
import { Random } from "../../../../shared/random.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";

const wasm = await loadKernelWasm();
/** Around the ends of a block and of the part that is copied at once. */
const lengths = [...Array.from({ length: 130 }, (_, i) => i), 65_535, 65_536, 65_537, 200_001];

test.each([
  ["the WASM kernel", instantiateKernel(wasm)],
  ["its plain twin", createPlainKernel()],
])("%s hashes 0 to 129 and some 65,536 bytes like OpenSSL, one after the other", (_, kernel) => {
  const hash = sha256Of(kernel);
  const random = new Random(1);
  for (const length of lengths) {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    expect(hash(bytes), `${length} bytes`).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});
