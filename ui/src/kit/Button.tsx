import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { cx } from './cx.ts';

export type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-primary text-on-primary border-transparent hover:bg-primary-hover',
  secondary: 'bg-surface text-primary border-line hover:bg-sunken hover:text-text',
  quiet:
    'bg-transparent text-primary border-transparent hover:bg-sunken underline underline-offset-4',
  danger: 'bg-surface text-danger border-danger hover:bg-danger-soft',
};

export function buttonLook(look: Look = 'secondary', wide = false): string {
  return cx(
    'fade inline-flex min-h-12 items-center gap-2 rounded-button border-2 py-2 text-left font-medium no-underline',
    'pressed:border-text data-[disabled]:border-dashed data-[disabled]:border-line data-[disabled]:bg-sunken data-[disabled]:text-text-3',
    look === 'quiet' ? '-mx-2 px-2' : 'px-5',
    wide && 'w-full justify-center',
    LOOKS[look],
  );
}

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  look?: Look;
  wide?: boolean;
  icon?: ReactNode;
  children: ReactNode;
  'data-opens'?: string | undefined;
}

export function Button({ look, wide, icon, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={buttonLook(look, wide)}>
      {icon}
      {children}
    </AriaButton>
  );
}

/** A link that looks like a button: it goes to a page. */
export function LinkButton({
  look,
  wide,
  icon,
  children,
  ...rest
}: LinkProps & { look?: Look; wide?: boolean; icon?: ReactNode; children: ReactNode }) {
  return (
    <Link {...rest} className={buttonLook(look, wide)}>
      {icon}
      {children}
    </Link>
  );
}
