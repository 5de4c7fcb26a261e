import { readFileSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { Hono } from "hono";
import { sleep } from "../base/clock.ts";
import { commit, version } from "../base/version.ts";
import type { Controller } from "../controller/controller.ts";
import type { RootLogger } from "../telemetry/log.ts";
import { mergeLines } from "../telemetry/merged_lines.ts";
import { failureAnswer, wholeNumber } from "./answers.ts";
import type { ProcessFacts } from "./api/support.ts";
import type { AdminServices } from "./services.ts";

/** How long the process is profiled where nothing is said, and at most, in seconds. */
const defaultSeconds = 5;
const mostSeconds = 30;

/** What a support bundle holds that is told nowhere else: the last log lines, the process, and a CPU profile of it. */
export function supportRoutes(
  controller: Controller,
  { clock, profiler }: AdminServices,
  log: RootLogger,
): Hono {
  const app = new Hono();

  app.get("/log", async (context) => {
    const lines = mergeLines([log.lastLines, ...(await controller.observation.lastLines())]);
    return context.text(lines.map((line) => `${line}\n`).join(""));
  });

  app.get("/process", (context) => context.json(processFacts()));

  app.post("/cpu-profile", async (context) => {
    const seconds = wholeNumber(context, "seconds", 1, mostSeconds) ?? defaultSeconds;
    const { pprof } = await profiler.profile(() => sleep(clock, seconds * 1000));
    return context.body(pprof as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": "application/octet-stream",
      "Content-Disposition": 'attachment; filename="cpu.pprof.gz"',
    });
  });

  app.onError((thrown, context) => failureAnswer(context, thrown));
  return app;
}

function processFacts(): ProcessFacts {
  return {
    version,
    commit,
    bun: Bun.version,
    platform: `${process.platform}-${process.arch}`,
    pid: process.pid,
    uptime_seconds: Math.round(process.uptime()),
    cpus: availableParallelism(),
    memory_total_bytes: totalmem(),
    memory_free_bytes: freemem(),
    resident_bytes: process.memoryUsage.rss(),
    open_files_limit: openFilesLimit(),
  };
}

// Only Linux tells by a file.
function openFilesLimit(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
