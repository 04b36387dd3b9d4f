/**
 * @file A dataset that can be put away: its bytes stay in memory only packed, and are unpacked for whoever still needs a
 * value. During a run that is nobody: workers have their own copy, and the audit has one in its kernel.
 */
import { gunzipSync } from "node:zlib";

import { known } from "../../shared/assert.ts";
import { decodeDataset } from "../../shared/data/canonical.ts";
import type { Dataset, Split } from "../../shared/data/dataset.ts";
import type { LoadedDataset } from "./loader.ts";

/**
 * The same dataset, with a `shelve` that lets its bytes go.
 *
 * @param loaded - Nobody else may keep it, or its bytes stay.
 * @param collectGarbage - Called when they are let go. Otherwise they stay until the runtime collects them by itself.
 */
export function shelvable(loaded: LoadedDataset, collectGarbage = () => {}): LoadedDataset {
  if (loaded.shelve !== undefined) return loaded;
  const shelf = new Shelf(loaded);
  return {
    get bytes() {
      return shelf.open().bytes;
    },
    dataset: viewOf(loaded.dataset, shelf),
    shelve(packed) {
      shelf.close(packed);
      collectGarbage();
    },
  };
}

class Shelf {
  readonly #identity: Pick<Dataset, "name" | "sha256">;
  #whole: LoadedDataset | undefined;
  #packed: Uint8Array | undefined;
  /** What was unpacked last, if the collector has left it. */
  #last: WeakRef<LoadedDataset>;

  constructor(loaded: LoadedDataset) {
    const { name, sha256 } = loaded.dataset;
    this.#identity = { name, sha256 };
    this.#whole = loaded;
    this.#last = new WeakRef(loaded);
  }

  /** Takes a quarter of a second for the 55 MB of MNIST, if they have been put away. */
  open(): LoadedDataset {
    const present = this.#whole ?? this.#last.deref();
    if (present !== undefined) return present;
    const bytes = new Uint8Array(gunzipSync(known(this.#packed, "it was packed to be put away")));
    const { sha256 } = this.#identity;
    const opened = { bytes, dataset: decodeDataset(bytes, this.#identity, () => sha256) };
    this.#last = new WeakRef(opened);
    return opened;
  }

  /** @param packed - The bytes by gzip. */
  close(packed: Uint8Array): void {
    this.#packed = packed;
    this.#whole = undefined;
  }
}

/** Everything about the dataset is kept but its values. */
function viewOf(dataset: Dataset, shelf: Shelf): Dataset {
  const { train, validation, test, ...rest } = dataset;
  const splitOf = (name: "train" | "validation" | "test", { count }: Split): Split => ({
    count,
    get features() {
      return known(shelf.open().dataset[name], "a split of the dataset").features;
    },
    get targets() {
      return known(shelf.open().dataset[name], "a split of the dataset").targets;
    },
  });
  return {
    ...rest,
    train: splitOf("train", train),
    ...(validation === undefined ? {} : { validation: splitOf("validation", validation) }),
    test: splitOf("test", test),
  };
}
