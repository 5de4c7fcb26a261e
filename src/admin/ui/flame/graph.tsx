import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatShare } from "../format.ts";
import { useWidth } from "../use_width.ts";
import { drawFrames, rowHeight } from "./draw.ts";
import {
  type FrameTree,
  matchedShare,
  matchingFunctions,
  nameOf,
  type PlacedFrame,
  placeFrames,
  type Step,
  stepFrom,
} from "./frames.ts";

const keySteps: Readonly<Record<string, Step>> = {
  ArrowUp: "caller",
  ArrowDown: "callee",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "first",
};

/**
 * A flame graph. The mouse shows and zooms; so do the arrow keys, Enter and Escape, and what is pointed at is told
 * in words below.
 *
 * @param describe says in a line what a frame is worth.
 */
export function FlameGraphCanvas(props: {
  tree: FrameTree;
  search: string;
  label: string;
  describe: (index: number) => string;
}) {
  const { tree, search, label, describe } = props;
  const [zoomed, setZoomed] = useState(0);
  const [pointed, setPointed] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  const placed = useMemo(() => placeFrames(tree, zoomed, width), [tree, zoomed, width]);
  const matching = useMemo(() => matchingFunctions(tree.names, search), [tree, search]);
  const height = (placed.reduce((deepest, { row }) => Math.max(deepest, row), 0) + 1) * rowHeight;

  // Another tree has other frames.
  useEffect(() => {
    setZoomed(0);
    setPointed(0);
  }, [tree]);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    element.width = Math.round(width * devicePixelRatio);
    element.height = Math.round(height * devicePixelRatio);
    const focusColor = getComputedStyle(element).color;
    drawFrames(element, tree, placed, { focused: pointed, zoomed, matching }, focusColor);
  }, [tree, placed, pointed, zoomed, matching, width, height]);

  const onKey = (event: KeyboardEvent) => {
    const step = keySteps[event.key];
    if (step !== undefined) setPointed(stepFrom(tree, pointed, step));
    else if (event.key === "Enter") setZoomed(pointed);
    else if (event.key === "Escape") setZoomed(0);
    else return;
    event.preventDefault();
  };

  return (
    <div class="flame-graph">
      <div
        ref={box}
        class="flame-box"
        role="application"
        aria-label={`${label}. Arrow keys move, Enter zooms in, Escape zooms out.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is worked with the keyboard.
        tabIndex={0}
        onKeyDown={onKey}
      >
        <canvas
          ref={canvas}
          style={{ width: `${width}px`, height: `${height}px` }}
          onMouseMove={(event) => setPointed(frameAt(placed, event) ?? pointed)}
          onClick={(event) => setZoomed(frameAt(placed, event) ?? zoomed)}
        />
      </div>
      <div class="flame-words">
        <p role="status">
          <strong>{nameOf(tree, pointed)}</strong> {describe(pointed)}
        </p>
        {matching !== undefined && (
          <p>
            {matching.size === 1 ? "1 function matches" : `${matching.size} functions match`}, in{" "}
            {formatShare(matchedShare(tree, matching), 1)} of the stacks
          </p>
        )}
        {zoomed !== 0 && (
          <button type="button" onClick={() => setZoomed(0)}>
            Show all
          </button>
        )}
      </div>
    </div>
  );
}

function frameAt(placed: readonly PlacedFrame[], { offsetX, offsetY }: MouseEvent): number | undefined {
  const row = Math.floor(offsetY / rowHeight);
  return placed.find((one) => one.row === row && offsetX >= one.left && offsetX < one.left + one.width)
    ?.index;
}
