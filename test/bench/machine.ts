import { cpus, release, totalmem } from "node:os";

/** What the numbers were measured on. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly kernel: string;
}

/** This machine. */
export function thisMachine(): Machine {
  const all = cpus();
  return {
    cores: all.length,
    model: all[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
  };
}

/** It in a few words. */
export function machineText({ cores, model, memoryGb }: Machine): string {
  return `${cores} cores (${model}), ${memoryGb} GB`;
}
