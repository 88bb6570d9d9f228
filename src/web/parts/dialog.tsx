/** A dialog of the platform: focus is held in it and given back, Escape and a click beside it close it. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import './dialog.css';

export interface DialogProps {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  onClose(): void;
}

export function Dialog({ label, class: name = '', children, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  // At once: what is typed after the key that opens it is meant for it.
  useLayoutEffect(() => {
    const dialog = element.current!;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      isGone.current = true;
      dialog.close();
      // The platform gives nothing back from a dialog that was taken away open.
      const isLost = document.activeElement === document.body || dialog.matches(':focus-within');
      if (isLost && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={element}
      class={`dialog ${name}`}
      aria-label={label}
      // Now, and not when the platform says that it closed: by then another may be open.
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        if (!isGone.current) onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
