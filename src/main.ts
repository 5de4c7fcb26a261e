import { reexecute } from "./cli/reexecute.ts";

// Everything else is loaded afterwards: replacing the process is cheapest while it is still small.
if (!reexecute()) {
  import("./cli/program.ts")
    .then(({ runProgram }) => runProgram(process.argv.slice(2)))
    .then(
      async (status) => {
        await Promise.all([allWritten(process.stdout), allWritten(process.stderr)]);
        process.exit(status);
      },
      (thrown: unknown) => {
        console.error("pyroduct: unexpected failure, please report it:", thrown);
        process.exit(70);
      },
    );
}

// What is still on its way to a pipe would be lost at the exit.
function allWritten(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Nobody may be left to read it.
    stream.once("error", () => resolve());
    stream.end(() => resolve());
  });
}
