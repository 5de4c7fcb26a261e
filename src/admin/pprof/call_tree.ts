/** A function of a call tree. */
export interface TreeFunction {
  readonly name: string;
  /** Where it is defined; empty where that is not known. */
  readonly file: string;
}

/** Nodes of one tree; further stacks end where the last node that they share with others is. */
const mostNodes = 1 << 18;

/** Functions of one tree. */
const mostFunctions = 1 << 17;

/** Frames of one stack that count; a stack that is deeper is a recursion without end. */
export const mostFrames = 4096;

/** The node that all stacks begin at. */
export const rootNode = 0;

/**
 * Stacks put together from the outermost call inwards, with the values of one or more sides: one for a flame graph,
 * two for a difference.
 */
export class CallTree {
  readonly functions: TreeFunction[] = [];
  /** By node: the function, and the node that called it; the root's are -1. A node comes after its caller. */
  readonly functionOf: number[] = [-1];
  readonly callerOf: number[] = [-1];
  /** By side and node: the values of stacks that end there. */
  readonly self: readonly number[][];
  readonly #functionNumbers = new Map<string, number>();
  readonly #children = new Map<number, number>();
  #isBounded = false;

  constructor(sides: number) {
    this.self = Array.from({ length: sides }, () => [0]);
  }

  /** Whether something had no place any more. */
  get isBounded(): boolean {
    return this.#isBounded;
  }

  get nodes(): number {
    return this.functionOf.length;
  }

  /** The number of a function; undefined where there are too many. */
  functionNumber(name: string, file: string): number | undefined {
    const key = `${file}\0${name}`;
    const known = this.#functionNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.functions.length;
    if (number >= mostFunctions) {
      this.#isBounded = true;
      return undefined;
    }
    this.functions.push({ name, file });
    this.#functionNumbers.set(key, number);
    return number;
  }

  /** The node of a call from another node; that node itself where there is no place for more. */
  child(caller: number, functionNumber: number): number {
    const key = caller * mostFunctions + functionNumber;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const node = this.functionOf.length;
    if (node >= mostNodes) {
      this.#isBounded = true;
      return caller;
    }
    this.functionOf.push(functionNumber);
    this.callerOf.push(caller);
    for (const values of this.self) values.push(0);
    this.#children.set(key, node);
    return node;
  }

  /** Adds a stack, the outermost function first. */
  add(side: number, stack: readonly number[], value: number): void {
    let node = rootNode;
    if (stack.length > mostFrames) this.#isBounded = true;
    for (const one of stack.length > mostFrames ? stack.slice(0, mostFrames) : stack)
      node = this.child(node, one);
    const values = this.self[side];
    if (values !== undefined) values[node] = (values[node] ?? 0) + value;
  }

  /** By node: the values of a side at it and below it. */
  totals(side: number): number[] {
    const totals = [...(this.self[side] ?? [])];
    for (let node = totals.length - 1; node > rootNode; node -= 1) {
      const caller = this.callerOf[node] ?? rootNode;
      totals[caller] = (totals[caller] ?? 0) + (totals[node] ?? 0);
    }
    return totals;
  }

  /** By node: those that it calls. */
  callees(): number[][] {
    const callees: number[][] = this.functionOf.map(() => []);
    for (let node = 1; node < this.functionOf.length; node += 1)
      callees[this.callerOf[node] ?? rootNode]?.push(node);
    return callees;
  }
}
