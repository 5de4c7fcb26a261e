import { type OpenSocket, SocketTable } from "./socket_table.ts";

/** What listens at a port of this process, told apart by when it began. */
export class ListeningSockets {
  readonly #table: SocketTable;
  readonly #sockets: readonly OpenSocket[];

  private constructor(table: SocketTable, sockets: readonly OpenSocket[]) {
    this.#table = table;
    this.#sockets = sockets;
  }

  /**
   * Those that listen at a port now.
   *
   * @returns undefined where the system does not tell, or where they listen at several addresses.
   */
  static at(port: number): ListeningSockets | undefined {
    try {
      const table = new SocketTable();
      const sockets = table.listening(port);
      const addresses = new Set(sockets.map(({ local }) => local));
      return addresses.size === 1 ? new ListeningSockets(table, sockets) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Those that were not there at an earlier look. */
  since(earlier: ListeningSockets): ListeningSockets {
    const known = new Set(earlier.#sockets.map(({ cookie }) => cookie));
    const later = this.#sockets.filter(({ cookie }) => !known.has(cookie));
    return new ListeningSockets(this.#table, later);
  }

  /**
   * Lets connections from now on come to the newest alone; false where the system can't do that.
   *
   * @param processes how many processes listen at the port, each changing from as many sockets to one more. The
   * place that is preferred is that of the first new socket of any of them: the kernel fills the place of one that
   * closes with the last, so this stays a new one until all old ones are gone, in whichever order they go.
   */
  preferNewest(processes: number): boolean {
    return this.#table.prefer(this.#sockets, (this.#sockets.length - 1) * processes);
  }

  /**
   * Takes them out of service without touching the connections that they have accepted; false where that can't be
   * done.
   */
  unplug(): boolean {
    return this.#sockets.length > 0 && this.#sockets.every((socket) => this.#table.unplug(socket));
  }
}
