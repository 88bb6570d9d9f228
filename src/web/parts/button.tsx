/** A button with a word, or a mark whose word is one hover away. */
import type { ComponentChildren } from 'preact';
import './button.css';

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** Said by a screen reader and on hover, where what is shown is no word. */
  readonly label?: string;
  /** main: the one thing to do here. quiet: no ground until it is hovered. @default plain */
  readonly look?: 'main' | 'plain' | 'quiet';
  /** A switch that is on. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  onClick(event: MouseEvent): void;
}

export function Button({
  children,
  label,
  look = 'plain',
  pressed,
  disabled,
  onClick,
}: ButtonProps) {
  return (
    <button
      type="button"
      class={`button button-${look}`}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
