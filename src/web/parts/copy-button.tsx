/** Copies a text, and says so where it stands. */
import { useEffect, useState } from 'preact/hooks';
import { text } from '../text/en.ts';
import { Button } from './button.tsx';

const SAID_MS = 1_500;

export interface CopyButtonProps {
  /** Or what has to be asked for first. */
  readonly content: string | (() => Promise<string>);
  /** @default "Copy" */
  readonly label?: string;
}

export function CopyButton({ content, label = text.copy.copy }: CopyButtonProps) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return;
    const timer = window.setTimeout(() => setSaid(undefined), SAID_MS);
    return () => window.clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof content === 'string' ? content : await content());
      setSaid(text.copy.copied);
    } catch {
      setSaid(text.copy.failed);
    }
  };
  return (
    <Button look="quiet" onClick={() => void copy()}>
      <span aria-live="polite">{said ?? label}</span>
    </Button>
  );
}
