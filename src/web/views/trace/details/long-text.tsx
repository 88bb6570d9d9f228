/** A text of which a lot is shown at first only the beginning. */
import { useState } from 'preact/hooks';
import { Button } from '../../../parts/button.tsx';
import { traceText } from '../../../text/trace-en.ts';
import './long-text.css';

const CHARACTERS_MAX = 400;
/** Of what stands in a heading. */
export const NAME_CHARACTERS_MAX = 160;
const LINES_MAX = 8;
const { details: words } = traceText;

interface LongTextProps {
  readonly content: string;
  readonly charactersMax?: number;
}

export function LongText({ content, charactersMax = CHARACTERS_MAX }: LongTextProps) {
  const [isOpen, setOpen] = useState(false);
  const short = shortened(content, charactersMax);
  const isLong = short.length < content.length;
  return (
    <>
      <span class="long-text mono">{isOpen || !isLong ? content : `${short}…`}</span>
      {isLong && (
        <Button look="quiet" onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.less : words.more}
        </Button>
      )}
    </>
  );
}

function shortened(content: string, charactersMax: number): string {
  const lines = content.slice(0, charactersMax * 2).split('\n', LINES_MAX + 1);
  const byLines = lines.length > LINES_MAX ? lines.slice(0, LINES_MAX).join('\n') : content;
  return byLines.length > charactersMax * 1.2 ? byLines.slice(0, charactersMax) : byLines;
}
