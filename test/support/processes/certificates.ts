/**
 * @file Self-signed certificates for tests, made here, so that no program but Node is needed. DER is written by
 * hand: RFC 5280.
 */
import { generateKeyPairSync, type KeyObject, randomInt, sign } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface CertificateOptions {
  readonly names?: readonly string[];
  readonly addresses?: readonly (readonly number[])[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

/** Writes `cert.pem` and `key.pem`; returns their paths. */
export async function makeCertificate(
  folder: string,
  options: CertificateOptions = {},
): Promise<{ cert: string; key: string }> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const paths = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  await writeFile(paths.cert, pem(selfSigned(publicKey, privateKey, options)));
  await writeFile(paths.key, privateKey.export({ type: "pkcs8", format: "pem" }));
  return paths;
}

function selfSigned(
  publicKey: KeyObject,
  privateKey: KeyObject,
  options: CertificateOptions,
): Buffer {
  const { names = ["localhost"], addresses = [[127, 0, 0, 1]] } = options;
  const day = 86_400_000;
  const { validFrom = new Date(Date.now() - 2 * day), validTo = new Date(Date.now() + day) } =
    options;
  const name = sequence(der(0x31, sequence(objectId(2, 5, 4, 3), der(0x0c, Buffer.from("test")))));
  const alternatives = [
    ...names.map((text) => der(0x82, Buffer.from(text))),
    ...addresses.map((bytes) => der(0x87, Buffer.from(bytes))),
  ];
  const body = sequence(
    der(0xa0, integer(2)),
    integer(randomInt(2 ** 31, 2 ** 32)),
    ecdsaWithSha256,
    name,
    sequence(time(validFrom), time(validTo)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        sequence(objectId(2, 5, 29, 17), der(0x04, sequence(...alternatives))),
        sequence(objectId(2, 5, 29, 19), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
      ),
    ),
  );
  const signature = sign("sha256", body, privateKey);
  return sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/gu) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const head = length < 128 ? [tag, length] : [tag, ...long];
  return Buffer.concat([Buffer.from(head), body]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

/** For values below 128 or with the highest of 32 bits set: the shortest form of both. */
function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  return der(0x02, bytes.subarray(value < 128 ? 4 : 0));
}

/** For arcs below 128; those of ECDSA are given as bytes. */
function objectId(first: number, second: number, ...rest: readonly number[]): Buffer {
  return der(0x06, Buffer.from([40 * first + second, ...rest]));
}

const ecdsaWithSha256 = sequence(objectId(1, 2, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));

function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/gu, "")
    .slice(2);
  return der(0x17, Buffer.from(digits));
}
