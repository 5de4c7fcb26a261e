import { expect } from "bun:test";
import { RawConnection, type RawRequest } from "./raw_request.ts";

/** A request that is as it should be. */
export const goodRequest: RawRequest = {
  method: "POST",
  target: "/ingest?name=bystander",
  body: Buffer.from("fine"),
};

/** Runs `work` between two requests on a kept-alive connection, and fails where that notices any of it. */
export async function besideBystander(address: string, work: () => Promise<void>): Promise<void> {
  using bystander = await RawConnection.open(address);
  expect((await bystander.request(goodRequest)).status).toBe(200);
  await work();
  expect((await bystander.request(goodRequest)).status).toBe(200);
}
