// A lightly loaded program that @pyroscope/nodejs profiles.
// Arguments: server URL, application name, seconds to run, upload interval in seconds.
const Pyroscope = require("@pyroscope/nodejs");

const [url, app, seconds, interval] = process.argv.slice(2);

Pyroscope.init({
  serverAddress: url,
  appName: app,
  tags: { region: "eu-west 1", pod: "pod-1", path: '/a/b:c"d' },
  flushIntervalMs: Number(interval) * 1000,
  wall: { collectCpuTime: true, samplingDurationMs: Number(interval) * 1000 },
});
Pyroscope.start();

function fib(n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

const kept = [];
const end = Date.now() + 1000 * Number(seconds);

function step() {
  Pyroscope.wrapWithLabels({ controller: "slow" }, () => fib(24));
  Pyroscope.wrapWithLabels({ controller: "fast", n: 1 }, () => fib(18));
  kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
  if (kept.length > 50) kept.shift();
  if (Date.now() < end) {
    setTimeout(step, 40);
    return;
  }
  Pyroscope.stop().then(() => {
    console.log("done");
    process.exit(0);
  });
}

step();
