/** @file PyTorch for tests, where it is installed (Debian: `python3-torch`). */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import type { ModelConfig } from "../../../shared/model/model-config.ts";

/** Of Debian, whose package it is. */
const python = "/usr/bin/python3";

export interface TorchQuestion {
  readonly model: ModelConfig;
  /** By PyTorch's names, in its layout. */
  readonly tensors: Readonly<Record<string, { shape: readonly number[]; data: readonly number[] }>>;
  readonly inputs: readonly number[];
  readonly labels: readonly number[];
}

export interface TorchAnswer {
  readonly outputs: readonly number[];
  /** By PyTorch's names, in its layout: of the sum of the mean squared errors. */
  readonly gradient: Readonly<Record<string, readonly number[]>>;
}

/** Whether PyTorch is installed; says so in one line if it is not. */
export function hasTorch(): boolean {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("skipped: needs PyTorch, apt-get install python3-torch\n");
    return false;
  }
}

/** Computes models in PyTorch. */
export function askTorch(questions: readonly TorchQuestion[]): TorchAnswer[] {
  const script = join(import.meta.dirname, "torch-network.py");
  const answer = execFileSync(python, [script], { input: JSON.stringify(questions) });
  return JSON.parse(answer.toString()) as TorchAnswer[];
}
