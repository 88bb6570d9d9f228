/** A dialog with some fields, a line each, and what is done with them: by Enter, or by its button. */
import type { ComponentChildren } from 'preact';
import { text } from '../text/en.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import './form-dialog.css';

export interface FormDialogProps {
  readonly title: string;
  /** What is done, in a word. */
  readonly does: string;
  /** Whether it can be done with what the fields hold. @default true */
  readonly isReady?: boolean;
  readonly children: ComponentChildren;
  onDo(): void;
  onClose(): void;
}

export function FormDialog(props: FormDialogProps) {
  const { title, does, isReady = true, children, onDo, onClose } = props;
  return (
    <Dialog label={title} class="form-dialog" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady) return;
          onClose();
          onDo();
        }}
      >
        <h1>{title}</h1>
        {children}
        <p class="form-dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <button type="submit" class="button button-main" disabled={!isReady}>
            {does}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
