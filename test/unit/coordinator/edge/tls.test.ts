import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { Certificate } from "../../../../coordinator/edge/tls.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { makeCertificate } from "../../../support/processes/certificates.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-tls-"));
});
afterEach(() => rm(folder, { recursive: true }));

function errorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("Certificate", () => {
  test("covers its 2 names and its address, and nothing else; a wildcard and localhost are not names to show", async () => {
    const names = ["train.example.org", "*.lab.example", "localhost"];
    const certificate = new Certificate(
      await makeCertificate(folder, { names, addresses: [[192, 168, 1, 5]] }),
    );
    for (const host of ["train.example.org", "seven.lab.example", "localhost", "192.168.1.5"]) {
      expect([host, certificate.covers(host)]).toEqual([host, true]);
    }
    for (const host of ["example.org", "192.168.1.6", "a.b.lab.example", ""]) {
      expect([host, certificate.covers(host)]).toEqual([host, false]);
    }
    expect(certificate.names).toEqual(["train.example.org"]);
  });

  test("is read again, and stays the same if the new files are not right", async () => {
    const files = await makeCertificate(folder);
    const certificate = new Certificate(files);
    const { cert } = certificate.pair;
    await makeCertificate(folder, { names: ["renewed.example"] });
    certificate.reload();
    expect(certificate.pair.cert.equals(cert)).toBe(false);
    expect(certificate.covers("renewed.example")).toBe(true);
    await writeFile(files.cert, "nothing");
    expect(() => certificate.reload()).toThrow(OperatorError);
    expect(certificate.covers("renewed.example")).toBe(true);
  });

  test("that is missing, is not PEM, belongs to another key, or has expired gives one clear line", async () => {
    const files = await makeCertificate(folder);
    const refusalOf = (changes: Partial<typeof files>) => {
      try {
        return new Certificate({ ...files, ...changes }).names.join();
      } catch (error) {
        return error instanceof OperatorError ? error.message : String(error);
      }
    };
    expect(refusalOf({ cert: join(folder, "no") })).toMatch(
      /^--tls-cert .*no: there is no such file or folder; give a PEM/u,
    );
    expect(refusalOf({ key: folder })).toMatch(/^--tls-key .*: it is a folder; give a PEM file$/u);
    expect(refusalOf({ cert: files.key })).toMatch(/holds no certificate; give a PEM file/u);
    expect(refusalOf({ key: files.cert })).toMatch(/holds no private key without a passphrase/u);
    const other = join(folder, "other.pem");
    await writeFile(other, new Certificate(files).pair.key);
    await makeCertificate(folder);
    expect(refusalOf({ key: other })).toMatch(/other\.pem is not the key of --tls-cert/u);
    await makeCertificate(folder, { validTo: new Date(Date.now() - 86_400_000) });
    expect(refusalOf({})).toMatch(/cert\.pem expired on .* GMT; make a new one$/u);
    await makeCertificate(folder, { validFrom: new Date(Date.now() + 3_600_000) });
    expect(refusalOf({})).toMatch(
      /cert\.pem is valid from .* GMT only; wait until then, or check/u,
    );
  });

  test("that is half-written, in DER, or has a short key gives one clear line, and the old one stays", async () => {
    const files = await makeCertificate(folder);
    const certificate = new Certificate(files);
    const whole = certificate.pair;
    const text = whole.cert.toString();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
    const short = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const cases = new Map<string, () => Promise<void>>([
      [
        "a chain cut in its second certificate",
        () => writeFile(files.cert, text + text.slice(0, 200)),
      ],
      ["DER", () => writeFile(files.cert, new X509Certificate(whole.cert).raw)],
      ["an empty certificate", () => writeFile(files.cert, "")],
      ["half a key", () => writeFile(files.key, whole.key.subarray(0, 90))],
      ["a key of 512 bits", () => writeFile(files.key, short)],
    ]);
    for (const [name, damage] of cases) {
      await damage();
      const errors = [() => certificate.reload(), () => new Certificate(files)].map(errorOf);
      expect([name, ...errors.map((error) => error instanceof OperatorError)]).toEqual([
        name,
        true,
        true,
      ]);
      expect([name, certificate.pair === whole]).toEqual([name, true]);
      await writeFile(files.cert, whole.cert);
      await writeFile(files.key, whole.key);
    }
  });
});
