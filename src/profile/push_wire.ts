import { create, toBinary } from "@bufbuild/protobuf";
import { type PushRequest, PushRequestSchema } from "../gen/push/v1/push_pb.ts";
import { labelSetOf, sortedLabels } from "./label_set.ts";
import type { PushProfile, Series } from "./profile.ts";
import { withServiceName } from "./service_name.ts";

/** Takes a Push request in: labels gathered, the service's name made sure of. */
export function profileOfPush(request: PushRequest): PushProfile {
  const series = request.series.map((received): Series => {
    const pairs = received.labels.map(({ name, value }) => [name, value] as const);
    return {
      labels: withServiceName(labelSetOf(pairs)),
      samples: received.samples.map((sample) => ({ id: sample.ID, rawProfile: sample.rawProfile })),
      annotations: received.annotations,
    };
  });
  return { kind: "push", series };
}

/** The Push request that says the same, labels sorted by name. */
export function encodePush(series: readonly Series[]): Uint8Array<ArrayBuffer> {
  const message = create(PushRequestSchema, {
    series: series.map((one) => ({
      labels: sortedLabels(one.labels).map(([name, value]) => ({ name, value })),
      samples: one.samples.map((sample) => ({ ID: sample.id, rawProfile: sample.rawProfile })),
      annotations: one.annotations.map(({ key, value }) => ({ key, value })),
    })),
  });
  return toBinary(PushRequestSchema, message);
}
