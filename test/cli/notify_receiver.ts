import { dlopen, ptr } from "bun:ffi";
import { socketAddress } from "../../src/cli/notify_socket.ts";
import { eventually } from "../base/eventually.ts";

/** AF_UNIX, SOCK_DGRAM and MSG_DONTWAIT of Linux. */
const unixFamily = 1;
const datagram = 2;
const dontWait = 0x40;

const maxMessageBytes = 4096;

/** The socket of a service manager, which takes the messages that come to it. Linux only. */
export class NotifyReceiver implements Disposable {
  /** All that came, in its order. */
  readonly messages: string[] = [];
  readonly #libc = dlopen("libc.so.6", {
    socket: { args: ["int", "int", "int"], returns: "int" },
    bind: { args: ["int", "ptr", "u32"], returns: "int" },
    recv: { args: ["int", "ptr", "u64", "int"], returns: "i64" },
    close: { args: ["int"], returns: "int" },
  });
  readonly #descriptor: number;
  readonly #buffer = new Uint8Array(maxMessageBytes);

  /** @param path as NOTIFY_SOCKET says it. */
  constructor(path: string) {
    const { socket, bind } = this.#libc.symbols;
    const address = socketAddress(path);
    this.#descriptor = socket(unixFamily, datagram, 0);
    if (bind(this.#descriptor, ptr(address), address.length) !== 0) throw new Error(`can't bind ${path}`);
  }

  /** Waits until a message has come that holds these words; resolves to all that came. */
  async hasHeard(words: string): Promise<readonly string[]> {
    const isHeard = () => this.#receive().some((message) => message.includes(words));
    await eventually(`a message with ${words}`, isHeard, 15_000);
    return this.messages;
  }

  [Symbol.dispose](): void {
    this.#libc.symbols.close(this.#descriptor);
    this.#libc.close();
  }

  #receive(): readonly string[] {
    const { recv } = this.#libc.symbols;
    const buffer = this.#buffer;
    for (;;) {
      const length = Number(recv(this.#descriptor, ptr(buffer), buffer.length, dontWait));
      if (length < 0) return this.messages;
      this.messages.push(new TextDecoder().decode(buffer.subarray(0, length)));
    }
  }
}
