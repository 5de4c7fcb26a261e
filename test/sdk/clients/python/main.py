"""A lightly loaded program that pyroscope-io profiles.

Arguments: server URL, application name, seconds to run, upload interval in seconds.
"""

import sys
import time

import pyroscope

url, app, seconds, interval = sys.argv[1:5]

pyroscope.configure(
    application_name=app,
    server_address=url,
    upload_interval=int(interval),
    sample_rate=100,
    oncpu=True,
    gil_only=True,
    mem_enabled=True,
    report_thread_name=True,
    enable_logging=True,
    tags={"region": "eu-west 1", "pod": "pod-1", "path": "/a/b,c"},
)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


kept = []
end = time.monotonic() + int(seconds)
while time.monotonic() < end:
    with pyroscope.tag_wrapper({"controller": "slow"}):
        fib(17)
    with pyroscope.tag_wrapper({"controller": "fast"}):
        kept.append([bytearray(4096) for _ in range(50)])
        del kept[:-20]
    time.sleep(0.04)
pyroscope.shutdown()
print("done")
