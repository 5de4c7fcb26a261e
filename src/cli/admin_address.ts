import type { ListenAddress } from "../http/listen_address.ts";

/** Where the admin server listens unless it is told otherwise. */
export const adminAddress: ListenAddress = { host: "127.0.0.1", port: 12_345 };
