import { ptr } from "bun:ffi";
import { closeSync, openSync, readFileSync } from "node:fs";
import { libc } from "./libc.ts";
import { readSocketAddress } from "./socket_address.ts";

/** One of this process's TCP sockets. */
export interface OpenSocket {
  readonly descriptor: number;
  /** The kernel's number of the socket, counted from 0 and never used twice while the system is up. */
  readonly cookie: number;
  readonly localPort: number;
  /** This side as `address:port`. */
  readonly local: string;
  /** The other side as `address:port`; empty for a socket that listens. */
  readonly remote: string;
}

/** When a socket last moved data, in milliseconds before now. */
export interface SocketActivity {
  /** Whether anything was ever sent; before that, `sinceSentMs` is the age of the socket. */
  readonly hasSent: boolean;
  readonly sinceSentMs: number;
  readonly sinceReceivedMs: number;
}

type AddressCall = ReturnType<typeof libc>["getsockname"];

/** Numbers of Linux: include/uapi/asm-generic/socket.h, include/uapi/linux/{socket,tcp,in}.h. */
const socketLevel = 1;
const acceptingOption = 30;
const cookieOption = 57;
const attachReuseportProgramOption = 51;
const tcpLevel = 6;
const tcpInfoOption = 11;
const shutBoth = 2;

/** Offsets in struct tcp_info (include/uapi/linux/tcp.h), the same on all architectures. */
const lastDataSentOffset = 44;
const lastDataReceivedOffset = 52;
const dataSegmentsOutOffset = 156;
const bufferBytes = 256;

/** From how many on descriptors are not in use, such as 256: the size of the kernel's table of them. */
const tableSize = /^FDSize:\s+(\d+)/m;

/** The instruction "return this number" (BPF_RET | BPF_K, include/uapi/linux/filter.h), and struct sock_fprog. */
const returnConstant = 0x06;
const instructionBytes = 8;
const programBytes = 16;

/**
 * This process's TCP sockets, looked at and ended below what Bun gives access to. The kernel's own list
 * (/proc/self/net/tcp) was measured at 8 ms a look however few sockets there are, since it walks the whole
 * machine's table, and a netlink dump of one port's sockets at 2.9 ms for the same reason. Asking each descriptor
 * costs about 2 µs, for one that is not in use a tenth of that. A list of those in use (/proc/self/fd) would cost
 * 1 µs for each, and leave garbage.
 */
export class SocketTable {
  readonly #libc = libc();
  readonly #buffer = new DataView(new ArrayBuffer(bufferBytes));
  readonly #length = new Uint32Array(1);
  // Asked for once: finding an address costs more than the calls that are given it.
  readonly #bufferAt = ptr(this.#buffer);
  readonly #lengthAt = ptr(this.#length);
  /** TCP sockets by descriptor. A number may be another socket at the next look. */
  readonly #known = new Map<number, OpenSocket>();

  /** The connections that have been accepted at a port. */
  connections(port: number): OpenSocket[] {
    return this.#scan().filter((socket) => socket.localPort === port && socket.remote !== "");
  }

  /** The sockets that listen at a port. */
  listening(port: number): OpenSocket[] {
    const unconnected = this.#scan().filter((socket) => socket.localPort === port && socket.remote === "");
    // A connection that its sender has reset has no other side either.
    return unconnected.filter(({ descriptor }) => this.#accepts(descriptor));
  }

  /** When a socket last moved data; undefined where it is gone. */
  activity(socket: OpenSocket): SocketActivity | undefined {
    if (!this.#read(socket.descriptor, tcpLevel, tcpInfoOption)) return undefined;
    return {
      hasSent: this.#buffer.getUint32(dataSegmentsOutOffset, true) > 0,
      sinceSentMs: this.#buffer.getUint32(lastDataSentOffset, true),
      sinceReceivedMs: this.#buffer.getUint32(lastDataReceivedOffset, true),
    };
  }

  /** Ends a connection at once, in both directions; false where it is gone already. */
  end(socket: OpenSocket): boolean {
    // The number may belong to another socket by now; a duplicate keeps what it is while that is checked.
    const duplicate = this.#libc.dup(socket.descriptor);
    if (duplicate < 0) return false;
    try {
      return this.#cookie(duplicate) === socket.cookie && this.#libc.shutdown(duplicate, shutBoth) === 0;
    } finally {
      this.#libc.close(duplicate);
    }
  }

  /**
   * Takes a listening socket out of service without touching the connections that it has accepted: Bun's server
   * keeps its descriptor, which from then on is something that never has an event.
   */
  unplug(socket: OpenSocket): boolean {
    if (this.#cookie(socket.descriptor) !== socket.cookie) return false;
    const nothing = openSync("/dev/null", "r");
    try {
      return this.#libc.dup2(nothing, socket.descriptor) === socket.descriptor;
    } finally {
      closeSync(nothing);
    }
  }

  /**
   * Hands connections that come to the one address of these listening sockets from now on to the one in this place;
   * those that have begun to be opened go on where they are. Once there are too few the kernel chooses as before.
   *
   * @param place the kernel numbers all sockets of an address from 0 in the order in which they began to listen.
   * @returns false where the system can't do that.
   */
  prefer(listening: readonly OpenSocket[], place: number): boolean {
    const [socket] = listening;
    if (socket === undefined) return false;
    const instruction = new DataView(new ArrayBuffer(instructionBytes));
    instruction.setUint16(0, returnConstant, true);
    instruction.setUint32(4, place, true);
    const program = new DataView(new ArrayBuffer(programBytes));
    program.setUint16(0, 1, true);
    program.setBigUint64(8, BigInt(ptr(instruction)), true);
    const { descriptor } = socket;
    const option = attachReuseportProgramOption;
    return this.#libc.setsockopt(descriptor, socketLevel, option, ptr(program), programBytes) === 0;
  }

  #scan(): OpenSocket[] {
    const end = Number(tableSize.exec(readFileSync("/proc/self/status", "latin1"))?.[1]);
    if (Number.isNaN(end))
      throw new Error("/proc/self/status does not tell how many descriptors there may be");
    const sockets: OpenSocket[] = [];
    for (let descriptor = 0; descriptor < end; descriptor += 1) {
      const cookie = this.#cookie(descriptor);
      let socket = this.#known.get(descriptor);
      if (cookie !== socket?.cookie) {
        this.#known.delete(descriptor);
        socket = cookie === undefined ? undefined : this.#describe(descriptor, cookie);
        if (socket !== undefined) this.#known.set(descriptor, socket);
      }
      if (socket !== undefined) sockets.push(socket);
    }
    return sockets;
  }

  #describe(descriptor: number, cookie: number): OpenSocket | undefined {
    const local = this.#address(this.#libc.getsockname, descriptor);
    if (local === undefined) return undefined;
    const remote = this.#address(this.#libc.getpeername, descriptor);
    return {
      descriptor,
      cookie,
      localPort: local.port,
      local: local.text,
      remote: remote === undefined ? "" : remote.text,
    };
  }

  #address(call: AddressCall, descriptor: number) {
    this.#length[0] = bufferBytes;
    const status = call(descriptor, this.#bufferAt, this.#lengthAt);
    return status === 0 ? readSocketAddress(this.#buffer) : undefined;
  }

  #accepts(descriptor: number): boolean {
    return this.#read(descriptor, socketLevel, acceptingOption) && this.#buffer.getInt32(0, true) === 1;
  }

  #cookie(descriptor: number): number | undefined {
    if (!this.#read(descriptor, socketLevel, cookieOption)) return undefined;
    return this.#buffer.getUint32(0, true) + this.#buffer.getUint32(4, true) * 2 ** 32;
  }

  #read(descriptor: number, level: number, option: number): boolean {
    this.#length[0] = bufferBytes;
    return this.#libc.getsockopt(descriptor, level, option, this.#bufferAt, this.#lengthAt) === 0;
  }
}
