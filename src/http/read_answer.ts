/** How much of an answer's body is kept for messages, in bytes; the number is Alloy's. */
const keptAnswerBytes = 2048;

/** An answer longer than this is not read to its end: its connection is given up instead. */
const readAnswerBytes = 64 * 1024;

/**
 * The beginning of an answer's body, for messages. The whole body is read where it is short, so that the connection
 * can be used again. Without a promise where there is nothing to read, as in most answers.
 */
export function readAnswer(response: Response): string | Promise<string> {
  const declared = response.headers.get("content-length");
  return declared === "0" ? "" : readBody(response, Number(declared ?? Number.NaN));
}

async function readBody(response: Response, declared: number): Promise<string> {
  if (declared <= readAnswerBytes) return decodeText(await response.bytes());
  if (response.body === null) return "";
  let text = new Uint8Array(0);
  let total = 0;
  for await (const chunk of response.body) {
    if (text.byteLength < keptAnswerBytes) text = Buffer.concat([text, chunk]);
    total += chunk.byteLength;
    if (total > readAnswerBytes) break;
  }
  return decodeText(text);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, keptAnswerBytes));
}
