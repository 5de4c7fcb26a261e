import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/failure.ts";
import type { ReloadObserver } from "../controller/config_in_use.ts";
import type { Logger } from "../telemetry/log.ts";
import { monotonicMicroseconds, NotifySocket } from "./notify_socket.ts";

/** Where messages for the service manager go. */
export interface NotifyChannel {
  /** @throws where the message could not be handed over. */
  send(message: string): void;
  close(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tells the service manager that started this process how it does, by the protocol of `sd_notify(3)`. Where nobody
 * asked for that, nothing happens.
 */
export class ServiceManager implements ReloadObserver {
  readonly #channel: NotifyChannel | undefined;
  readonly #clock: Clock;
  readonly #log: Logger;
  #watchdog: Timer | undefined;

  /** @param channel undefined where no service manager listens. */
  constructor(channel: NotifyChannel | undefined, clock: Clock, log: Logger) {
    this.#channel = channel;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Finds the service manager by the environment, and begins to feed its watchdog where it has one for this process.
   */
  static open(environment: Environment, clock: Clock, log: Logger): ServiceManager {
    const own = log.child({ component_id: "service_manager" });
    const manager = new ServiceManager(openChannel(environment["NOTIFY_SOCKET"], own), clock, own);
    const intervalMs = watchdogIntervalMs(environment, process.pid);
    if (intervalMs !== undefined) manager.feedWatchdog(intervalMs);
    return manager;
  }

  /** Everything has started, and profiles are taken. */
  ready(): void {
    this.#send("READY=1\nSTATUS=receives profiles");
  }

  /** A reload begins. */
  reloadBegan(): void {
    if (this.#channel === undefined) return;
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}\nSTATUS=reloads its configuration`);
  }

  /** A reload has ended, with the new configuration in use or with the one before. */
  reloadEnded(isTaken: boolean): void {
    const status = isTaken
      ? "receives profiles"
      : "receives profiles; the configuration on disk was refused, the one before stays";
    this.#send(`READY=1\nSTATUS=${status}`);
  }

  /** The end has begun. */
  stopping(): void {
    this.#send("STOPPING=1\nSTATUS=finishes what is under way");
  }

  /** Says every `intervalMs` that the event loop goes round. */
  feedWatchdog(intervalMs: number): void {
    if (this.#channel === undefined) return;
    this.#send("WATCHDOG=1");
    this.#watchdog = this.#clock.schedule(intervalMs, () => this.feedWatchdog(intervalMs));
  }

  close(): void {
    this.#watchdog?.cancel();
    this.#channel?.close();
  }

  #send(message: string): void {
    try {
      this.#channel?.send(message);
    } catch (thrown) {
      this.#log.warn("can't tell the service manager", {
        message: message.split("\n", 1)[0],
        reason: messageOf(thrown),
      });
    }
  }
}

/**
 * How often the watchdog wants to hear of this process: twice in its time, as `sd_watchdog_enabled(3)` recommends.
 *
 * @returns undefined where there is none, or it is another process's.
 */
export function watchdogIntervalMs(environment: Environment, pid: number): number | undefined {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: watched } = environment;
  if (microseconds === undefined || !/^[1-9]\d*$/.test(microseconds)) return undefined;
  if (watched !== undefined && watched !== "" && watched !== String(pid)) return undefined;
  return Number(microseconds) / 1000 / 2;
}

function openChannel(path: string | undefined, log: Logger): NotifyChannel | undefined {
  if (path === undefined || path === "") return undefined;
  try {
    return new NotifySocket(path);
  } catch (thrown) {
    log.warn("can't reach the service manager", { socket: path, reason: messageOf(thrown) });
    return undefined;
  }
}
