/** One HTTP/1.1 message as it crossed the wire, its body freed of chunked framing and otherwise untouched. */
export interface HttpMessage {
  /** The request line or the status line. */
  readonly startLine: string;
  /** Header names and values in the order of the wire. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const CRLF = Buffer.from("\r\n");

function headerValue(headers: HttpMessage["headers"], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function parseHead(head: string): Omit<HttpMessage, "body"> {
  const [startLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`no header line: ${JSON.stringify(line)}`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { startLine, headers };
}

/** The body that begins at `start` and the place after it, or undefined where it is cut off. */
function readChunked(bytes: Buffer, start: number): { body: Uint8Array; end: number } | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf(CRLF, at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (!(size >= 0)) throw new Error("no chunk size where one must be");
    at = lineEnd + CRLF.length;
    if (size === 0) break;
    if (at + size + CRLF.length > bytes.length) return undefined;
    parts.push(bytes.subarray(at, at + size));
    at += size + CRLF.length;
  }
  for (;;) {
    const lineEnd = bytes.indexOf(CRLF, at);
    if (lineEnd < 0) return undefined;
    const isLast = lineEnd === at;
    at = lineEnd + CRLF.length;
    if (isLast) return { body: Buffer.concat(parts), end: at };
  }
}

function readBody(
  bytes: Buffer,
  start: number,
  headers: HttpMessage["headers"],
): { body: Uint8Array; end: number } | undefined {
  if (headerValue(headers, "transfer-encoding")?.toLowerCase() === "chunked") {
    return readChunked(bytes, start);
  }
  const end = start + Number(headerValue(headers, "content-length") ?? 0);
  return end <= bytes.length ? { body: bytes.subarray(start, end), end } : undefined;
}

/**
 * Splits what one side of an HTTP/1.1 connection sent into its messages. Interim answers (1xx) are left out,
 * and so is a last message that was cut off. Throws where the bytes are no HTTP/1.1.
 */
export function parseHttpMessages(bytes: Buffer): HttpMessage[] {
  const messages: HttpMessage[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf("\r\n\r\n", at);
    if (headEnd < 0) return messages;
    const head = parseHead(bytes.toString("latin1", at, headEnd));
    const body = readBody(bytes, headEnd + 4, head.headers);
    if (body === undefined) return messages;
    at = body.end;
    if (!/^HTTP\/1\.1 1\d\d/.test(head.startLine)) messages.push({ ...head, body: body.body });
  }
}
