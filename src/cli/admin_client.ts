import * as v from "valibot";
import { CodedError, messageOf, systemCodeOf } from "../base/failure.ts";
import type { Secret } from "../base/secret.ts";
import { basicAuthorization } from "../http/basic_authorization.ts";
import type { AdminAddress } from "./admin_address.ts";
import {
  type AdminFailure,
  adminError,
  noAnswer,
  noAnswerTo,
  notPyroduct,
  otherVersion,
  refused,
} from "./admin_failure.ts";

/** How much of an answer is read, in bytes. */
const maxAnswerBytes = 64 * 2 ** 20;

/** How much of an answer is repeated, in characters. */
const shownLength = 400;

/** What every pyroduct says to everybody. */
const livePath = "/-/live";
const liveText = "pyroduct is alive";

/** What an admin server says where it knows no such path. */
const noSuchPath = "404 page not found";

/** An answer of the admin server, whatever its status. */
export interface AdminReply {
  readonly type: "answer";
  readonly status: number;
  /** As it came: still encoded, where it is. */
  readonly body: Uint8Array;
}

/** An answer of the admin server, or why there was none. */
export type AdminAnswer = AdminReply | AdminFailure;

/** Who asks, where the admin server wants to know. */
export interface AdminCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** How something is asked for. */
export interface AdminRequest {
  readonly method?: "GET" | "POST" | "DELETE";
  /** In milliseconds; what the client has been made with where it is absent. */
  readonly timeoutMs?: number;
}

const statusSchema = v.object({ version: v.string() });

/** Asks a running pyroduct's admin server, having made sure that it is one. */
export class AdminClient {
  /** What the server is called to people. */
  readonly name: string;
  readonly #baseUrl: string;
  readonly #timeoutMs: number;
  readonly #authorization: string | undefined;
  #live: Promise<AdminAnswer> | undefined;

  constructor({ baseUrl, name }: AdminAddress, timeoutMs: number, credentials?: AdminCredentials) {
    this.name = name;
    this.#baseUrl = baseUrl;
    this.#timeoutMs = timeoutMs;
    this.#authorization =
      credentials && basicAuthorization(credentials.username, credentials.password.reveal());
  }

  /** Asks for a path with its query; never throws. */
  async ask(path: string, request: AdminRequest = {}): Promise<AdminAnswer> {
    this.#live ??= this.#identify();
    const live = await this.#live;
    if (path === livePath || live.type === "failure") return live;
    const asked = `${request.method ?? "GET"} ${path}`;
    const answer = await this.#fetch(path, request);
    if (typeof answer === "string") return noAnswerTo(this.name, asked, answer);
    const { status } = answer;
    if (status === 401 || status === 403) return this.#refused(answer);
    if (status >= 300 && status < 400) return notPyroduct(this.name, status);
    const isUnknown = status === 405 || (status === 404 && textOf(answer) === noSuchPath);
    return isUnknown ? otherVersion(this.name, asked, await this.#version()) : answer;
  }

  /**
   * The answer to a request that is to succeed.
   *
   * @throws CodedError where it does not, with what to do.
   */
  async mustAsk(path: string, request: AdminRequest = {}): Promise<AdminReply> {
    const answer = await this.ask(path, request);
    if (answer.type === "failure") throw adminError(answer);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const said = shownText(answer);
    throw new CodedError("unavailable", `${this.name}: ${said === "" ? `HTTP ${answer.status}` : said}`);
  }

  /**
   * The JSON that such an answer holds.
   *
   * @throws CodedError as `mustAsk`, and where it has another form.
   */
  async json<Value>(
    schema: v.GenericSchema<unknown, Value>,
    path: string,
    request: AdminRequest = {},
  ): Promise<Value> {
    const parsed = parseJson(schema, await this.mustAsk(path, request));
    if (parsed !== undefined) return parsed;
    throw adminError(otherVersion(this.name, `${request.method ?? "GET"} ${path}`, await this.#version()));
  }

  async #identify(): Promise<AdminAnswer> {
    const answer = await this.#fetch(livePath, {});
    if (typeof answer === "string") return noAnswer(this.name, answer);
    const { status } = answer;
    if (status === 200 && textOf(answer).startsWith(liveText)) return answer;
    return status === 401 || status === 403 ? this.#refused(answer) : notPyroduct(this.name, status);
  }

  #refused(answer: AdminReply): AdminFailure {
    return refused(this.name, answer.status, shownText(answer), this.#authorization !== undefined);
  }

  async #version(): Promise<string | undefined> {
    const answer = await this.#fetch("/api/v0/status", {});
    return typeof answer === "string" ? undefined : parseJson(statusSchema, answer)?.version;
  }

  /** The answer, or in words why there was none. */
  async #fetch(
    path: string,
    { method = "GET", timeoutMs = this.#timeoutMs }: AdminRequest,
  ): Promise<AdminReply | string> {
    const authorization = this.#authorization;
    try {
      // A proxy of the environment is not for this machine's own servers.
      const response = await fetch(`${this.#baseUrl}${path}`, {
        method,
        headers: { "accept-encoding": "identity", ...(authorization === undefined ? {} : { authorization }) },
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "manual",
        proxy: false,
        decompress: false,
      });
      return { type: "answer", status: response.status, body: await bounded(response) };
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === "TimeoutError") return `none in ${timeoutMs} ms`;
      return systemCodeOf(thrown) === "ECONNREFUSED" ? "connection refused" : messageOf(thrown);
    }
  }
}

/** The text of an answer. */
export function textOf({ body }: AdminReply): string {
  return new TextDecoder().decode(body).trim();
}

/** The same for a message: in one line that steers no terminal, since anybody may have answered, and cut. */
export function shownText(reply: AdminReply): string {
  const line = textOf(reply)
    .slice(0, shownLength + 1)
    .replaceAll(/[\s\p{C}]+/gu, " ");
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}

function parseJson<Value>(schema: v.GenericSchema<unknown, Value>, reply: AdminReply): Value | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(textOf(reply)));
    return parsed.success ? parsed.output : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
    total += chunk.byteLength;
    if (total > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
