import { dlopen } from "bun:ffi";

const symbols = {
  dup: { args: ["int"], returns: "int" },
  dup2: { args: ["int", "int"], returns: "int" },
  close: { args: ["int"], returns: "int" },
  shutdown: { args: ["int", "int"], returns: "int" },
  getsockopt: { args: ["int", "int", "int", "ptr", "ptr"], returns: "int" },
  setsockopt: { args: ["int", "int", "int", "ptr", "u32"], returns: "int" },
  getsockname: { args: ["int", "ptr", "ptr"], returns: "int" },
  getpeername: { args: ["int", "ptr", "ptr"], returns: "int" },
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
