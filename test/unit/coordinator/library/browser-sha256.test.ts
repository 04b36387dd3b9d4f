import * as fc from "fast-check";
import { expect, test } from "vitest";

import { sha256OfParts as plain } from "../../../../coordinator/library/browser-sha256.ts";
import { sha256OfParts } from "../../../../coordinator/sha256.ts";

test("SHA-256 of the library for browsers is OpenSSL's, of any parts", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (parts) => {
      expect(plain(...parts)).toBe(sha256OfParts(...parts));
    }),
    { numRuns: 50 },
  );
});
