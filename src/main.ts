import { reexecute } from "./cli/reexecute.ts";

// Everything else is loaded afterwards: replacing the process is cheapest while it is still small.
if (!reexecute()) {
  import("./cli/program.ts")
    .then(({ runProgram }) => runProgram(process.argv.slice(2)))
    .then(
      (status) => process.exit(status),
      (thrown: unknown) => {
        console.error("pyroduct: unexpected failure, please report it:", thrown);
        process.exit(70);
      },
    );
}
