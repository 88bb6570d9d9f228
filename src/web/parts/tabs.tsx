/** One of several ways to look at the same thing; each is a link, so that it can be sent. Arrow keys go from one to the next. */
import { useRef } from 'preact/hooks';
import './tabs.css';

export interface Tab {
  readonly name: string;
  readonly title: string;
  readonly href: string;
}

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string;
}

export function Tabs({ label, tabs, current }: TabsProps) {
  const list = useRef<HTMLElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const links = [...list.current!.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[(at + step + links.length) % links.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <nav class="tabs" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ name, title, href }) => (
        <a key={name} class="tab" href={href} aria-current={name === current ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
