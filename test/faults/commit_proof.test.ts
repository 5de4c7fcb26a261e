import { describe, expect, test } from "bun:test";
import { proveCommits } from "./commit_proof.ts";
import { parseStrace } from "./strace_log.ts";

const request =
  '11 100.000000 recvfrom(5<socket:[7]>, "POST /ingest HTTP/1.1\\r\\n\\r\\n#000000001@x~000000001~", 99) = 60 <0.000010>';
const frame = (pages: string) =>
  `12 100.000100 pwrite64(9</q.sqlite-wal>, "\\0\\0\\0\\2\\0\\0\\0\\${pages}\\1\\1\\1\\1\\2\\2\\2\\2\\3\\3\\3\\3\\4\\4\\4\\4", 24, 32) = 24 <0.000010>`;
const page =
  '12 100.000200 pwrite64(9</q.sqlite-wal>, "#000000001@x~000000001~", 4096, 56) = 4096 <0.000100>';
const syncBegins = "12 100.000400 fdatasync(9</q.sqlite-wal> <unfinished ...>";
const syncEnds = "12 100.001400 <... fdatasync resumed>) = 0 <0.001000>";
const answer = (at: string) =>
  `11 ${at} sendto(5<socket:[7]>, "HTTP/1.1 200 OK\\r\\n", 17, MSG_NOSIGNAL, NULL, 0) = 17 <0.000010>`;

function proof(...lines: string[]) {
  return proveCommits(parseStrace(lines.join("\n")));
}

test("an answer that leaves after the sync of its commit is proven", () => {
  const { proven, broken, syncs } = proof(
    request,
    frame("2"),
    page,
    syncBegins,
    syncEnds,
    answer("100.001500"),
  );
  expect({ proven: [...proven], broken, syncs }).toEqual({ proven: [1], broken: [], syncs: 1 });
});

describe("an answer for what the destination has", () => {
  const sentHead =
    '11 100.000300 sendto(7<socket:[8]>, "POST /ingest HTTP/1.1\\r\\n\\r\\n#000000001@x", 50, MSG_NOSIGNAL, NULL, 0) = 50 <0.000010>';
  const sentRest =
    '11 100.000400 sendto(7<socket:[8]>, "~000000001~", 11, MSG_NOSIGNAL, NULL, 0) = 11 <0.000010>';
  const taken = (status: string) =>
    `13 100.000500 recvfrom(7<socket:[8]>, "HTTP/1.1 ${status} OK\\r\\n", 99, 0, NULL, NULL) = 17 <0.000010>`;

  test("is proven by the destination's, which came before", () => {
    const { proven, synced, broken } = proof(request, sentHead, sentRest, taken("200"), answer("100.000600"));
    expect([[...proven], [...synced], broken]).toEqual([[1], [], []]);
  });

  test("is not where that came later", () => {
    const { broken } = proof(request, sentHead, sentRest, answer("100.000450"), taken("200"));
    expect(broken).toEqual(["1: acknowledged, and not in the log"]);
  });

  test("is not where that was no success", () => {
    expect(proof(request, sentHead, sentRest, taken("503"), answer("100.000600")).broken).toHaveLength(1);
  });

  test("is not where the end of it was never sent", () => {
    expect(proof(request, sentHead, taken("200"), answer("100.000600")).broken).toHaveLength(1);
  });

  test("is not where it was another's", () => {
    const other = sentRest.replace("~000000001~", "~000000002~");
    expect(proof(request, sentHead, other, taken("200"), answer("100.000600")).broken).toHaveLength(1);
  });
});

test("an answer that leaves while the sync is under way is not", () => {
  const { broken } = proof(request, frame("2"), page, syncBegins, answer("100.000900"), syncEnds);
  expect(broken).toEqual(["1: acknowledged 500 µs before its commit was synced"]);
});

test("a sync before the end of the commit proves nothing", () => {
  const { broken } = proof(request, frame("0"), page, syncBegins, syncEnds, answer("100.001500"));
  expect(broken).toEqual(["1: acknowledged, and its commit never ended"]);
});

test("a sync that failed, or none at all, proves nothing", () => {
  const failed = "12 100.001400 <... fdatasync resumed>) = -1 EIO (Input/output error) <0.001000>";
  const never = ["1: acknowledged, and its commit never synced"];
  expect(proof(request, frame("2"), page, syncBegins, failed, answer("100.001500")).broken).toEqual(never);
  expect(proof(request, frame("2"), page, answer("100.001500")).broken).toEqual(never);
});

test("an answer for what is not in the log is not proven", () => {
  expect(proof(request, answer("100.001500")).broken).toEqual(["1: acknowledged, and not in the log"]);
});
