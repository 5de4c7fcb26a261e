"""Calls Push as it is told, with grpcio.

Arguments: the plan's file, the file for the results.
"""

import base64
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

METHOD = "/push.v1.PusherService/Push"

plan = json.loads(Path(sys.argv[1]).read_text())
descriptors = descriptor_pb2.FileDescriptorSet.FromString(Path(plan["descriptorFile"]).read_bytes())
pool = descriptor_pool.DescriptorPool()
for file in descriptors.file:
    pool.Add(file)


def message_class(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


PushRequest = message_class("push.v1.PushRequest")
PushResponse = message_class("push.v1.PushResponse")


def request_of(call):
    request = PushRequest()
    series = request.series.add()
    for name, value in call["labels"]:
        series.labels.add(name=name, value=value)
    series.samples.add(raw_profile=base64.b64decode(call["profile"]))
    return request


def channel_of(way):
    url = urlsplit(way["url"])
    if url.scheme == "https":
        roots = Path(plan["caFile"]).read_bytes()
        return grpc.secure_channel(url.netloc, grpc.ssl_channel_credentials(roots))
    return grpc.insecure_channel(url.netloc)


def describe(failure):
    if failure is None:
        return {"code": "ok", "message": ""}
    # Connect writes every code as gRPC does, but for this one.
    code = failure.code().name.lower().replace("cancelled", "canceled")
    return {"code": code, "message": failure.details()}


def run(push, call):
    """All at once; the last error counts."""
    futures = [
        push.future(
            request_of(call),
            timeout=call["timeoutMs"] / 1000,
            metadata=[("x-scope-orgid", call["id"])],
            compression=grpc.Compression.Gzip if call["gzip"] else None,
        )
        for _ in range(call["times"])
    ]
    failures = [failure for failure in (future.exception() for future in futures) if failure is not None]
    return failures[-1] if failures else None


results = []
for way in plan["ways"]:
    with channel_of(way) as channel:
        push = channel.unary_unary(
            METHOD,
            request_serializer=PushRequest.SerializeToString,
            response_deserializer=PushResponse.FromString,
        )
        for call in way["calls"]:
            start = time.monotonic()
            outcome = describe(run(push, call))
            results.append({"id": call["id"], "tookMs": int((time.monotonic() - start) * 1000), **outcome})
Path(sys.argv[2]).write_text(json.dumps(results))
print(len(results), "calls made")
