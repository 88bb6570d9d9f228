/** Starts a made-up system, whose traces come in through the real receivers. */
import { useState } from 'preact/hooks';
import { ask } from '../../../data/api.ts';
import { ApiError } from '../../../data/api-error.ts';
import { Button } from '../../../parts/button.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import './demo-button.css';

export function DemoButton() {
  const words = tracesText.first;
  const [state, setState] = useState<'off' | 'starting' | 'runs'>('off');
  const [failure, setFailure] = useState<string>();
  const start = async (): Promise<void> => {
    setState('starting');
    setFailure(undefined);
    try {
      await ask('/api/v1/demo', { method: 'POST' });
      setState('runs');
    } catch (error) {
      setState('off');
      setFailure(error instanceof ApiError ? error.problem.detail : String(error));
    }
  };
  return (
    <div class="demo-button">
      <Button look="main" disabled={state !== 'off'} onClick={() => void start()}>
        {state === 'starting' ? words.demoStarting : words.demo}
      </Button>
      <span class={failure === undefined ? 'soft' : 'failed'} role="status">
        {failure ?? (state === 'runs' ? words.demoRuns : words.demoDetail)}
      </span>
    </div>
  );
}
