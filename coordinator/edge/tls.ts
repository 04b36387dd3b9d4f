/**
 * @file The server's certificate: read from two PEM files, checked before anything listens, and read again when the
 * operator has renewed it.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";

import { decodeText } from "../../shared/decode-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { quoted, type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";

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
    return asPem(readFileSync(path));
  } catch (cause) {
    const reason = systemReason(cause);
    throw new OperatorError(sentence("tls-file-unreadable", { flag, path, reason }), { cause });
  }
}

/** Text in UTF-8 without a mark, which is all that OpenSSL reads. What is no text stays, to be refused as such. */
function asPem(bytes: Buffer): Buffer {
  try {
    return Buffer.from(decodeText(bytes));
  } catch {
    return bytes;
  }
}

function check({ cert, key }: TlsPair, files: TlsFiles): X509Certificate {
  const certificate = orRefuse(
    () => new X509Certificate(cert),
    sentence("tls-no-certificate", { path: files.cert }),
  );
  const privateKey = orRefuse(
    () => createPrivateKey(key),
    sentence("tls-no-key", { path: files.key }),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new OperatorError(sentence("tls-key-of-another", { ...files }));
  }
  if (Date.parse(certificate.validFrom) > Date.now()) {
    throw new OperatorError(
      sentence("tls-not-valid-yet", { path: files.cert, date: certificate.validFrom }),
    );
  }
  if (Date.parse(certificate.validTo) < Date.now()) {
    throw new OperatorError(
      sentence("tls-expired", { path: files.cert, date: certificate.validTo }),
    );
  }
  tryToUse({ cert, key }, files);
  return certificate;
}

/**
 * Loads the pair as the server will. OpenSSL is stricter than the checks above: it reads the whole chain, where they
 * read the first certificate, and it refuses keys that are too short.
 */
function tryToUse(pair: TlsPair, { cert, key }: TlsFiles): void {
  try {
    createSecureContext({ ...pair, minVersion: "TLSv1.2" });
  } catch (cause) {
    // The last part of OpenSSL's `error:0A00018F:SSL routines::ee key too small` is the only one for people.
    const text = cause instanceof Error ? cause.message : String(cause);
    const reason = quoted(text.split(":").at(-1) ?? text);
    throw new OperatorError(sentence("tls-not-usable", { cert, key, reason }), { cause });
  }
}

function orRefuse<T>(make: () => T, said: Sentence): T {
  try {
    return make();
  } catch (cause) {
    throw new OperatorError(said, { cause });
  }
}
