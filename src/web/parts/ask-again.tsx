/** As of when a view of what still goes on is, and a button that asks anew. */
import { formatClock } from '../format/time.ts';
import { text } from '../text/en.ts';
import { Button } from './button.tsx';
import './ask-again.css';

interface AskAgainProps {
  /** Milliseconds since 1970. */
  readonly now: number;
  onAsk(): void;
}

export function AskAgain({ now, onAsk }: AskAgainProps) {
  return (
    <span class="ask-again">
      <span class="faint">{text.asOf(formatClock(now))}</span>
      <Button look="quiet" onClick={onAsk}>
        {text.refresh}
      </Button>
    </span>
  );
}
