/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}
