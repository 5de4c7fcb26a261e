import { reexecute } from "./cli/reexecute.ts";
import { allWritten } from "./cli/standard_output.ts";

// Everything else is loaded afterwards: replacing the process is cheapest while it is still small.
if (!reexecute()) {
  import("./cli/program.ts")
    .then(({ runProgram }) => runProgram(process.argv.slice(2)))
    .then(async (status) => {
      await Promise.all([allWritten(process.stdout), allWritten(process.stderr)]);
      process.exit(status);
    })
    .catch((thrown: unknown) => {
      console.error("pyroduct: unexpected failure, please report it:", thrown);
      process.exit(70);
    });
}
