import { describe, expect, test } from "bun:test";
import { receiversOf } from "./load_row.ts";

const against = "http://127.0.0.1:4040";
const oneForOne = { receivers: ["nginx", "pyroduct"] } as const;
const withoutNginx = { receivers: ["pyroduct", "pyroduct, 10 rules"] } as const;
const fanOut = { receivers: ["pyroduct", "pyroduct, 2 endpoints"], fanOut: 2 } as const;

describe("another receiver takes part", () => {
  test.each([{ sinkPorts: [] }, { sinkPorts: [4100] }])(
    "where nginx does, with $sinkPorts",
    ({ sinkPorts }) => {
      const options = { against, sinkPorts };
      expect(receiversOf(oneForOne, options)).toEqual(["nginx", "pyroduct", "against"]);
      expect(receiversOf(withoutNginx, options)).toEqual(withoutNginx.receivers);
      expect(receiversOf(fanOut, options)).toEqual(fanOut.receivers);
    },
  );

  test("where profiles go to as many destinations as its own do", () => {
    const options = { against, sinkPorts: [4100, 4101] };
    expect(receiversOf(oneForOne, options)).toEqual(oneForOne.receivers);
    expect(receiversOf(fanOut, options)).toEqual([...fanOut.receivers, "against"]);
    expect(receiversOf(fanOut, { against, sinkPorts: [1, 2, 3] })).toEqual(fanOut.receivers);
  });

  test("only where there is one", () => {
    expect(receiversOf(oneForOne, { against: undefined, sinkPorts: [] })).toEqual(oneForOne.receivers);
  });
});
