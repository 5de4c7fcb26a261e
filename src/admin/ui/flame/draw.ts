import { changeColor, frameColor } from "./colors.ts";
import { type FrameTree, nameOf, type PlacedFrame } from "./frames.ts";

/** The height of a row, in pixels. */
export const rowHeight = 20;

/** What is marked in the drawing. */
export interface Marks {
  readonly focused: number;
  readonly zoomed: number;
  /** Functions that are searched for; undefined where nothing is. */
  readonly matching: ReadonlySet<number> | undefined;
}

/** Draws frames onto a canvas; `scale` is how many of its pixels one of the page's is. */
export function drawFrames(
  canvas: HTMLCanvasElement,
  tree: FrameTree,
  placed: readonly PlacedFrame[],
  marks: Marks,
  focusColor: string,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = devicePixelRatio;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (const one of placed) drawFrame(context, tree, one, marks);
  const focused = placed.find(({ index }) => index === marks.focused);
  if (focused === undefined) return;
  context.strokeStyle = focusColor;
  context.lineWidth = 2;
  context.strokeRect(
    focused.left + 1,
    focused.row * rowHeight + 1,
    Math.max(1, focused.width - 2),
    rowHeight - 3,
  );
}

function drawFrame(
  context: CanvasRenderingContext2D,
  tree: FrameTree,
  { index, left, width, row }: PlacedFrame,
  { zoomed, matching }: Marks,
): void {
  const frame = tree.frames[index];
  if (frame === undefined) return;
  const name = nameOf(tree, index);
  const isDimmed = matching !== undefined && !matching.has(frame.function);
  const plain = frame.function < 0 ? "hsl(220 10% 80%)" : frameColor(name);
  context.globalAlpha = isDimmed ? 0.3 : index < zoomed ? 0.6 : 1;
  context.fillStyle = frame.change === undefined ? plain : changeColor(frame.change);
  const top = row * rowHeight;
  // A pixel stays free, so that neighbours can be told apart.
  context.fillRect(left, top, width > 2 ? width - 1 : width, rowHeight - 1);
  context.globalAlpha = 1;
  if (width < 24) return;
  context.save();
  context.beginPath();
  context.rect(left, top, width - 4, rowHeight);
  context.clip();
  context.fillStyle = "#14171c";
  if (isDimmed) context.globalAlpha = 0.75;
  context.fillText(name, left + 4, top + rowHeight / 2);
  context.restore();
}
