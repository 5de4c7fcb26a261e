import { useEffect, useRef } from "preact/hooks";

/** Asks before something is done that can't be undone. */
export function Confirm(props: {
  question: string;
  /** What the button says that does it. */
  action: string;
  onConfirm: () => void;
  onCancel: () => void;
}) {
  const { question, action, onConfirm, onCancel } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="confirm-question" onCancel={onCancel}>
      <p id="confirm-question">{question}</p>
      <p class="row confirm-actions">
        {/* The first one has the focus: what is safe. */}
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={onConfirm}>
          {action}
        </button>
      </p>
    </dialog>
  );
}
