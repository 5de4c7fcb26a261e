import { dlopen, read } from "bun:ffi";
import { getSystemErrorName } from "node:util";

const symbols = {
  dup: { args: ["int"], returns: "int" },
  dup2: { args: ["int", "int"], returns: "int" },
  close: { args: ["int"], returns: "int" },
  shutdown: { args: ["int", "int"], returns: "int" },
  getsockopt: { args: ["int", "int", "int", "ptr", "ptr"], returns: "int" },
  setsockopt: { args: ["int", "int", "int", "ptr", "u32"], returns: "int" },
  getsockname: { args: ["int", "ptr", "ptr"], returns: "int" },
  prctl: { args: ["int", "ptr", "u64", "u64", "u64"], returns: "int" },
  getpeername: { args: ["int", "ptr", "ptr"], returns: "int" },
  socket: { args: ["int", "int", "int"], returns: "int" },
  sendto: { args: ["int", "ptr", "u64", "int", "ptr", "u32"], returns: "i64" },
  clock_gettime: { args: ["int", "ptr"], returns: "int" },
  __errno_location: { args: [], returns: "ptr" },
} as const;

/** glibc and musl, as their dynamic loaders name them. */
const libraries = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

type Libc = ReturnType<typeof open>;

let opened: Libc | undefined;

/**
 * The calls of the system's C library that Bun has no words for. Opened when first needed, since that takes
 * milliseconds.
 *
 * @throws where this is no Linux, or its library has another name.
 */
export function libc(): Libc {
  if (process.platform !== "linux") throw new Error(`not on ${process.platform}`);
  opened ??= open();
  return opened;
}

/** The name (`ENOENT`, …) of the error of the call before; only good right after a call that failed. */
export function lastErrorName(): string {
  const location = libc().__errno_location();
  const number = location === null ? 0 : read.i32(location);
  return number === 0 ? "an unknown error" : getSystemErrorName(-number);
}

function open() {
  for (const library of libraries) {
    try {
      return dlopen(library, symbols).symbols;
    } catch {
      // The next name may be the one of this system.
    }
  }
  throw new Error(`none of ${libraries.join(", ")} can be opened`);
}
