/**
 * Texts of all elements, and what attributes of them say, are shown as format/shown-text.ts has it: at one place, so that no view can forget it.
 * What is selected and copied is what senders wrote. Values of inputs, and `data-` attributes, stay as they are given.
 */
import { type ComponentChildren, Fragment, options, type VNode } from 'preact';
import { copiedText, shownText } from '../format/shown-text.ts';

const SAYING = [
  ...['title', 'aria-label', 'aria-description', 'aria-valuetext'],
  ...['placeholder', 'label'],
] as const;

export function showAllText(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    // What components are given, they hand to elements.
    if (typeof vnode.type === 'string' || vnode.type === Fragment) show(vnode);
    before?.(vnode);
  };
  document.addEventListener('copy', (event) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
      return;
    const selected = window.getSelection()?.toString() ?? '';
    const copied = copiedText(selected);
    if (copied === selected || event.clipboardData === null) return;
    event.clipboardData.setData('text/plain', copied);
    event.preventDefault();
  });
}

function show(vnode: VNode): void {
  const props = vnode.props as Record<string, unknown>;
  for (const name of SAYING) {
    const said = props[name];
    if (typeof said === 'string') props[name] = shownText(said);
  }
  const { children } = vnode.props;
  const shown = shownChildren(children);
  if (shown !== children) props['children'] = shown;
}

/** The same where nothing of it is another text. */
function shownChildren(children: ComponentChildren): ComponentChildren {
  if (typeof children === 'string') return shownText(children);
  if (!Array.isArray(children)) return children;
  let isSame = true;
  const shown = children.map((child) => {
    const one = shownChildren(child);
    if (one !== child) isSame = false;
    return one;
  });
  return isSame ? children : shown;
}
