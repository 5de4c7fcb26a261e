import type { ConfigProblem } from "../../api/config.ts";

/** What is wrong with a configuration, in the words of the commands: file, line, column, path, message. */
export function Problems({ problems }: { problems: readonly ConfigProblem[] }) {
  return (
    <ul class="problems">
      {problems.map(({ text }) => (
        <li key={text}>
          <code>{text}</code>
        </li>
      ))}
    </ul>
  );
}
