import { ptr } from "bun:ffi";
import { lastErrorName, libc } from "../http/libc.ts";

/** Numbers of Linux, the same on x64 and arm64: include/linux/socket.h, include/linux/net.h, time.h. */
const unixFamily = 1;
const datagram = 2;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const noSignal = 0x4000;
const monotonicClock = 1;

/** Bytes of a socket's path in struct sockaddr_un (man 7 unix), an ending NUL included. */
const maxPathBytes = 108;

/**
 * A socket of the service manager that messages are sent to, as `sd_notify(3)` does. Bun has no datagram sockets of
 * this family.
 */
export class NotifySocket {
  readonly #libc = libc();
  readonly #address: Uint8Array;
  readonly #descriptor: number;

  /**
   * @param path where it is, as `NOTIFY_SOCKET` says: a path, or `@` and a name of Linux' abstract namespace.
   * @throws where this is no Linux, the path is of another kind, or no socket is to be had.
   */
  constructor(path: string) {
    this.#address = socketAddress(path);
    this.#descriptor = this.#libc.socket(unixFamily, datagram | closeOnExec | nonBlocking, 0);
    if (this.#descriptor < 0) throw new Error(`no socket: ${lastErrorName()}`);
  }

  /**
   * Sends one message, in lines of `NAME=value`.
   *
   * @throws where it could not be handed over, the system's reason in its message.
   */
  send(message: string): void {
    const bytes = new TextEncoder().encode(message);
    const { length } = this.#address;
    const sent = this.#libc.sendto(
      this.#descriptor,
      ptr(bytes),
      bytes.length,
      noSignal,
      ptr(this.#address),
      length,
    );
    if (Number(sent) !== bytes.length) throw new Error(lastErrorName());
  }

  close(): void {
    this.#libc.close(this.#descriptor);
  }
}

/** CLOCK_MONOTONIC in microseconds, by which the service manager tells before from after. */
export function monotonicMicroseconds(): bigint {
  const time = new BigInt64Array(2);
  libc().clock_gettime(monotonicClock, ptr(time));
  const [seconds = 0n, nanoseconds = 0n] = time;
  return seconds * 1_000_000n + nanoseconds / 1000n;
}

/**
 * The struct sockaddr_un of a path.
 *
 * @throws where it is of another kind, such as `vsock:`, or too long.
 */
export function socketAddress(path: string): Uint8Array {
  const isAbstract = path.startsWith("@");
  if (!isAbstract && !path.startsWith("/")) throw new Error("expected an absolute path, or @ and a name");
  const name = new TextEncoder().encode(path);
  if (name.length >= maxPathBytes) throw new Error(`longer than ${maxPathBytes - 1} bytes`);
  // A name of the abstract namespace begins with a NUL in place of the @, and ends where the address does.
  if (isAbstract) name[0] = 0;
  const address = new Uint8Array(2 + name.length + (isAbstract ? 0 : 1));
  new Uint16Array(address.buffer, 0, 1)[0] = unixFamily;
  address.set(name, 2);
  return address;
}
