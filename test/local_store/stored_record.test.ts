import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseTime, recordsOf } from "../../src/local_store/stored_record.ts";
import { anyText } from "../base/any_text.ts";
import { ingestProfile, pushProfile, series } from "../profile/sample_profiles.ts";

const at = 1_767_323_045;

test.each<[string | null, number | null]>([
  [`${at}`, at * 1000],
  [`${at}123`, at * 1000 + 123],
  [`${at}123456`, at * 1000 + 123],
  [`${at}123456789`, at * 1000 + 123],
  ["0", 0],
  ["1", 1000],
  ["99999999999", 99_999_999_999_000],
  ["100000000000", 100_000_000_000],
  ["99999999999999", 99_999_999_999_999],
  ["100000000000000", 100_000_000_000],
  ["99999999999999000", 99_999_999_999_999],
  ["100000000000000000", 100_000_000_000],
  ["now-10s", null],
  ["", null],
  ["-5", null],
  ["1.5", null],
  [" 1", null],
  ["99999999999999999999", null],
  [null, null],
])("the time %j is %p", (text, ms) => {
  expect(parseTime(text)).toBe(ms);
});

test("any text is a time or none, and no error", () => {
  fc.assert(
    fc.property(fc.oneof(anyText(), fc.stringMatching(/^\d*$/)), (text) => {
      expect(Number.isSafeInteger(parseTime(text) ?? 0)).toBe(true);
    }),
  );
});

test("a body of /ingest is one record with what its query says", () => {
  const profile = ingestProfile(
    { __name__: "app", service_name: "shop" },
    {
      query: `format=jfr&from=${at}&until=${at + 10}&x=%FF`,
      contentType: "application/x",
      contentEncoding: "gzip",
    },
  );
  expect(recordsOf(profile)).toEqual([
    {
      from: at * 1000,
      until: (at + 10) * 1000,
      kind: "ingest",
      format: "jfr",
      contentType: "application/x",
      contentEncoding: "gzip",
      serviceName: "shop",
      labels: profile.labels,
      body: profile.body,
    },
  ]);
});

test("what a body of /ingest does not say stays empty", () => {
  expect(recordsOf(ingestProfile({ __name__: "app" }))).toMatchObject([
    { from: null, until: null, format: "", contentType: "", contentEncoding: "", serviceName: "app" },
  ]);
});

test("each sample of Push is a record with the labels of its series", () => {
  const samples = [1, 2].map((byte) => ({ id: "", rawProfile: new Uint8Array([byte]) }));
  const profile = pushProfile({ service_name: "shop" });
  const records = recordsOf({
    ...profile,
    series: [
      series({ service_name: "shop" }, { samples }),
      series({ __name__: "cpu" }),
      series({}, { samples: [] }),
    ],
  });
  expect(records.map(({ serviceName, body, format }) => [serviceName, [...body], format])).toEqual([
    ["shop", [1], "pprof"],
    ["shop", [2], "pprof"],
    ["cpu", [1, 2, 3], "pprof"],
  ]);
});
