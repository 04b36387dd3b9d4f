/**
 * @file The simulator's disk. Written data stay in a cache until they are flushed. When the power fails, names not
 * covered by a `syncDirectory` and bytes not covered by a flush may exist, be missing, or be torn. Operations take
 * time and may fail.
 */
import { basename, dirname } from "node:path";

import type { Disk, DiskEntry } from "../../../coordinator/storage/disk.ts";
import { known } from "../../../shared/assert.ts";
import type { Process, World } from "./sim-world.ts";

interface Node {
  readonly kind: "file" | "folder";
  bytes: Uint8Array;
  /** The bytes on the medium. */
  durable: Uint8Array;
  modifiedMs: number;
}

/** A change of one folder's names: the paths removed, and the one added with its node. One change is atomic. */
interface NameChange {
  readonly removes: readonly string[];
  readonly adds: readonly (readonly [path: string, node: Node])[];
}

/** An operation that was requested and is not complete. */
interface Operation {
  readonly name: keyof Disk;
  readonly path: string;
  readonly apply: () => unknown;
  /** What a crash in the middle may leave. */
  readonly applyPart: () => void;
}

export interface DiskFaults {
  /** Probability that a write fails with EIO after doing part or all of it. */
  writeErrors: number;
  /** Probability that a read fails with EIO. */
  readErrors: number;
  /** Whether the disk is full. */
  isFull: boolean;
  /** Milliseconds per operation. */
  delayMs: readonly [number, number];
}

export class SimDisk {
  readonly world: World;
  readonly faults: DiskFaults;
  /** Called before each operation, with its number counted from 0. */
  onOperation: ((index: number, name: keyof Disk, path: string) => void) | undefined;
  operationCount = 0;
  errorCount = 0;
  readErrorCount = 0;
  #nodes = new Map<string, Node>();
  #durable = new Map<string, Node>();
  /** Changed names per folder since its last flush. */
  #changes = new Map<string, NameChange[]>();
  readonly #underWay = new Set<Operation>();

  constructor(world: World, faults: DiskFaults) {
    this.world = world;
    this.faults = faults;
    const root = newNode("folder", world);
    this.#nodes.set("/", root);
    this.#durable.set("/", root);
  }

  /** Number of incomplete operations. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** A file that has existed for a long time. */
  preset(path: string, bytes: Uint8Array): void {
    this.#makeFolders(dirname(path));
    const node = { ...newNode("file", this.world), bytes, durable: bytes };
    this.#nodes.set(path, node);
    this.#durable = new Map(this.#nodes);
    this.#changes.clear();
  }

  /** Changes a file's bytes without anybody noticing, on the medium too. */
  damage(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const node = this.#file(path);
    node.bytes = change(node.bytes.slice());
    node.durable = node.bytes;
  }

  paths(folder: string): string[] {
    return [...this.#nodes.keys()].filter((path) => path !== folder && dirname(path) === folder);
  }

  /** The current bytes of a file; `undefined` if there is none. */
  peek(path: string): Uint8Array | undefined {
    return this.#nodes.get(path)?.bytes;
  }

  /** The disk as seen by one process; its operations end with it. */
  mount(process: Process): Disk {
    const start = <T>(
      name: keyof Disk,
      path: string,
      apply: () => T,
      applyPart: () => void = () => undefined,
    ): Promise<T> => this.#start(process, { name, path, apply, applyPart }) as Promise<T>;
    return {
      async *chunks(path) {
        yield await this.readFile(path);
      },
      readFile: (path) => start("readFile", path, () => this.#file(path).bytes.slice()),
      writeFile: (path, bytes) =>
        start(
          "writeFile",
          path,
          () => this.#write(path, bytes, true),
          () => this.#write(path, this.#partOf(bytes), false),
        ),
      append: (path, bytes) =>
        start(
          "append",
          path,
          () => this.#append(path, bytes, true),
          () => this.#append(path, this.#partOf(bytes), false),
        ),
      truncate: (path, sizeBytes) => start("truncate", path, () => this.#truncate(path, sizeBytes)),
      rename: (from, to) => start("rename", to, () => this.#rename(from, to)),
      unlink: (path) => start("unlink", path, () => this.#unlink(path)),
      mkdir: (path) => start("mkdir", path, () => this.#makeFolders(path)),
      readdir: (path) => start("readdir", path, () => this.#list(path)),
      stat: (path) => start("stat", path, () => this.#stat(path)),
      syncDirectory: (path) => start("syncDirectory", path, () => this.#sync(path)),
    };
  }

  /** The process died in the middle of an operation. The system continues, including its cache. */
  processDied(): void {
    for (const { apply, applyPart } of this.#underWay) {
      try {
        const fate = this.world.random.below(3);
        if (fate === 0) apply();
        else if (fate === 1) applyPart();
      } catch {
        // It would have failed, but nobody is left to notice.
      }
    }
    this.#underWay.clear();
  }

  /** The machine lost power: data that were not flushed exist, are missing, or are torn. */
  powerFailed(): void {
    this.processDied();
    for (const changes of this.#changes.values()) this.#loseSome(changes);
    this.#changes.clear();
    this.#nodes = new Map([...this.#durable].filter(([path]) => this.#isReachable(path)));
    this.#durable = new Map(this.#nodes);
    for (const node of this.#nodes.values()) {
      if (node.bytes !== node.durable && this.world.chance(0.5)) node.durable = node.bytes;
      node.bytes = node.durable;
    }
  }

  /** Half of the file systems write names in order, half in any order. */
  #loseSome(changes: readonly NameChange[]): void {
    const { world } = this;
    const inOrder = world.chance(0.5);
    const keptFirst = world.random.below(changes.length + 1);
    for (const [index, { removes, adds }] of changes.entries()) {
      if (inOrder ? index >= keptFirst : world.chance(0.5)) continue;
      for (const path of removes) this.#durable.delete(path);
      for (const [path, node] of adds) this.#durable.set(path, node);
    }
  }

  #isReachable(path: string): boolean {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      if (!this.#durable.has(folder)) return false;
      if (folder === "/") return true;
    }
  }

  // ── operations ──────────────────────────────────────────────────────────────────────────────────────────────────

  #start(process: Process, operation: Operation): Promise<unknown> {
    const { world, faults } = this;
    const { name, path } = operation;
    world.promisesPending = true;
    this.onOperation?.(this.operationCount, name, path);
    this.operationCount += 1;
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      this.#underWay.add(operation);
      process.after(world.scale(...faults.delayMs), `disk ${name} ${basename(path)}`, () => {
        world.promisesPending = true;
        this.#underWay.delete(operation);
        try {
          this.#failMaybe(operation);
          resolve(operation.apply());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  #failMaybe({ name, path, apply, applyPart }: Operation): void {
    const { world, faults } = this;
    const reads = name === "readFile" || name === "readdir" || name === "stat";
    if (reads) {
      if (!world.chance(faults.readErrors)) return;
      this.readErrorCount += 1;
      throw this.#failure("EIO", "i/o error", name, path);
    }
    const grows = name === "writeFile" || name === "append" || name === "mkdir";
    if (grows && faults.isFull) {
      applyPart();
      throw this.#failure("ENOSPC", "no space left on device", name, path);
    }
    if (!world.chance(faults.writeErrors)) return;
    const fate = world.random.below(3);
    if (fate === 0) apply();
    else if (fate === 1) applyPart();
    throw this.#failure("EIO", "i/o error", name, path);
  }

  #failure(code: string, text: string, name: string, path: string): Error {
    this.errorCount += 1;
    this.world.note("disk", `${code} ${name} ${path}`);
    return Object.assign(new Error(`${code}: ${text}, ${name} '${path}'`), { code });
  }

  #file(path: string): Node {
    const node = this.#nodes.get(path);
    if (node?.kind === "file") return node;
    throw missing(path);
  }

  #write(path: string, bytes: Uint8Array, flush: boolean): void {
    const node = this.#nodes.get(path) ?? this.#create(path);
    node.bytes = bytes.slice();
    if (flush) node.durable = node.bytes;
    node.modifiedMs = this.world.wallMs;
  }

  #append(path: string, bytes: Uint8Array, flush: boolean): void {
    const node = this.#nodes.get(path) ?? this.#create(path);
    const joined = new Uint8Array(node.bytes.length + bytes.length);
    joined.set(node.bytes);
    joined.set(bytes, node.bytes.length);
    node.bytes = joined;
    if (flush) node.durable = node.bytes;
    node.modifiedMs = this.world.wallMs;
  }

  #create(path: string): Node {
    if (!this.#nodes.has(dirname(path))) throw missing(path);
    const node = newNode("file", this.world);
    this.#change({ removes: [], adds: [[path, node]] }, path);
    return node;
  }

  #truncate(path: string, sizeBytes: number): void {
    const node = this.#file(path);
    node.bytes = node.bytes.slice(0, sizeBytes);
  }

  #rename(from: string, to: string): void {
    this.#change({ removes: [from], adds: [[to, this.#file(from)]] }, to);
  }

  #unlink(path: string): void {
    this.#file(path);
    this.#change({ removes: [path], adds: [] }, path);
  }

  #makeFolders(path: string): void {
    if (this.#nodes.has(path)) return;
    this.#makeFolders(dirname(path));
    this.#change({ removes: [], adds: [[path, newNode("folder", this.world)]] }, path);
  }

  #change(change: NameChange, path: string): void {
    for (const removed of change.removes) this.#nodes.delete(removed);
    for (const [added, node] of change.adds) this.#nodes.set(added, node);
    const folder = dirname(path);
    const changes = this.#changes.get(folder) ?? [];
    changes.push(change);
    this.#changes.set(folder, changes);
    known(this.#nodes.get(folder), folder).modifiedMs = this.world.wallMs;
  }

  #list(path: string): string[] {
    if (this.#nodes.get(path)?.kind !== "folder") throw missing(path);
    return this.paths(path).map((name) => basename(name));
  }

  #stat(path: string): DiskEntry | undefined {
    const node = this.#nodes.get(path);
    if (node === undefined) return undefined;
    return { kind: node.kind, sizeBytes: node.bytes.length, modifiedMs: node.modifiedMs };
  }

  #sync(path: string): void {
    if (this.#nodes.get(path)?.kind !== "folder") throw missing(path);
    for (const { removes, adds } of this.#changes.get(path) ?? []) {
      for (const removed of removes) this.#durable.delete(removed);
      for (const [added, node] of adds) this.#durable.set(added, node);
    }
    this.#changes.delete(path);
  }

  /** The result of a torn write: a prefix, or the right length with zeros at the end. */
  #partOf(bytes: Uint8Array): Uint8Array {
    const length = this.world.random.below(bytes.length + 1);
    if (this.world.chance(0.5)) return bytes.slice(0, length);
    const torn = new Uint8Array(bytes.length);
    torn.set(bytes.subarray(0, length));
    return torn;
  }
}

function newNode(kind: Node["kind"], world: World): Node {
  const empty = new Uint8Array(0);
  return { kind, bytes: empty, durable: empty, modifiedMs: world.wallMs };
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory '${path}'`), {
    code: "ENOENT",
  });
}
