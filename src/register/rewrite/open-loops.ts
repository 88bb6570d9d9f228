/**
 * The statements around a place that `break` and `continue` can leave, within one function: which of them a jump goes to,
 * and whether that one pauses there, as a `for await` does between two rounds.
 */
import { isNode, type SyntaxNode } from './syntax-tree.ts';

interface OpenStatement {
  readonly labels: readonly string[];
  readonly isLoop: boolean;
  readonly isSwitch: boolean;
  readonly pauses: boolean;
}

const LOOPS: ReadonlySet<string> = new Set([
  ...['ForStatement', 'ForInStatement', 'ForOfStatement'],
  ...['WhileStatement', 'DoWhileStatement'],
]);

export class OpenLoops {
  #open: OpenStatement[] = [];
  #labels: string[] = [];

  /** Runs for a function of its own. */
  apart(run: () => void): void {
    const [open, labels] = [this.#open, this.#labels];
    [this.#open, this.#labels] = [[], []];
    run();
    [this.#open, this.#labels] = [open, labels];
  }

  /** Runs within a statement, whichever it is. */
  within(node: SyntaxNode, run: () => void): void {
    const { type, label } = node;
    if (type === 'LabeledStatement' && isNode(label)) this.#labels.push(String(label['name']));
    const isOpen = LOOPS.has(type) || type === 'SwitchStatement' || this.#labels.length > 0;
    // The name of a label is a node of its own.
    if (type === 'LabeledStatement' || type === 'Identifier' || !isOpen) {
      run();
      return;
    }
    const labels = this.#labels;
    this.#labels = [];
    const pauses = isForAwait(node);
    this.#open.push({
      labels,
      isLoop: LOOPS.has(type),
      isSwitch: type === 'SwitchStatement',
      pauses,
    });
    run();
    this.#open.pop();
  }

  /** @param jump a `break` or a `continue` */
  goesToPause({ type, label }: SyntaxNode): boolean {
    const name = isNode(label) ? String(label['name']) : undefined;
    const isBreak = type === 'BreakStatement';
    const target = this.#open.findLast(({ labels, isLoop, isSwitch }) =>
      name === undefined ? isLoop || (isBreak && isSwitch) : labels.includes(name),
    );
    return target?.pauses === true;
  }
}

export function isForAwait(node: SyntaxNode): boolean {
  return node.type === 'ForOfStatement' && node['await'] === true;
}
