/**
 * @file The server's certificate: read from two PEM files, checked before anything listens, and read again when the
 * operator has renewed it.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

import { OperatorError } from "../../shared/operator-error.ts";

export interface TlsFiles {
  /** Path of the certificate (PEM), including its chain. */
  readonly cert: string;
  /** Path of the private key (PEM). */
  readonly key: string;
}

/** The arguments of `tls.createSecureContext`. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export class Certificate {
  readonly #files: TlsFiles;
  #pair: TlsPair;
  #parsed: X509Certificate;

  /** @throws OperatorError if a file is missing, is not PEM, does not match the other file, or has expired. */
  constructor(files: TlsFiles) {
    this.#files = files;
    this.#pair = readPair(files);
    this.#parsed = check(this.#pair, files);
  }

  get pair(): TlsPair {
    return this.#pair;
  }

  /** Reads the files again. If they are not right, the old pair stays. @throws OperatorError like the constructor. */
  reload(): TlsPair {
    const pair = readPair(this.#files);
    this.#parsed = check(pair, this.#files);
    this.#pair = pair;
    return pair;
  }

  /** Whether the certificate covers this name or address. */
  covers(host: string): boolean {
    // Each of the two throws for the other's kind of argument.
    const covered = isIP(host) === 0 ? this.#parsed.checkHost(host) : this.#parsed.checkIP(host);
    return covered !== undefined;
  }

  /** The names in the certificate, such as `train.example.org`. Without wildcards and `localhost`. */
  get names(): readonly string[] {
    const entries = (this.#parsed.subjectAltName ?? "").split(", ");
    const names = entries
      .filter((entry) => entry.startsWith("DNS:"))
      .map((entry) => entry.slice(4));
    return names.filter((name) => !name.includes("*") && name !== "localhost");
  }
}

function readPair({ cert, key }: TlsFiles): TlsPair {
  return { cert: read("--tls-cert", cert), key: read("--tls-key", key) };
}

function read(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code =
      cause instanceof Error && "code" in cause ? String(cause.code) : "it can't be read";
    const reason = code === "ENOENT" ? "there is no such file" : code;
    throw new OperatorError(`${flag} ${path}: ${reason}; give a PEM file`, { cause });
  }
}

function check({ cert, key }: TlsPair, files: TlsFiles): X509Certificate {
  const certificate = orRefuse(
    () => new X509Certificate(cert),
    `--tls-cert ${files.cert} holds no certificate; give a PEM file that begins with BEGIN CERTIFICATE`,
  );
  const privateKey = orRefuse(
    () => createPrivateKey(key),
    `--tls-key ${files.key} holds no private key without a passphrase; give a PEM file`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new OperatorError(
      `--tls-key ${files.key} is not the key of --tls-cert ${files.cert}; give the two files of one certificate`,
    );
  }
  if (Date.parse(certificate.validTo) < Date.now()) {
    throw new OperatorError(
      `--tls-cert ${files.cert} expired on ${certificate.validTo}; make a new one`,
    );
  }
  return certificate;
}

function orRefuse<T>(make: () => T, message: string): T {
  try {
    return make();
  } catch (cause) {
    throw new OperatorError(message, { cause });
  }
}
