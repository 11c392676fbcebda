import CheckIcon from 'lucide-react/icons/check';
import ChevronDownIcon from 'lucide-react/icons/chevron-down';
import SearchIcon from 'lucide-react/icons/search';
import XIcon from 'lucide-react/icons/x';
import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  Radio as AriaRadio,
  RadioGroup as AriaRadioGroup,
  SearchField as AriaSearchField,
  Switch as AriaSwitch,
  Text as AriaText,
  TextField as AriaTextField,
  FieldError,
  Input,
  Label,
} from 'react-aria-components';
import { useText } from '../i18n/text.ts';
import { Button } from './Button.tsx';
import { cx } from './cx.ts';
import { inField, popupOpen } from './keys.ts';
import { Marked } from './marked.tsx';

const FIELD =
  'min-h-12 w-full min-w-0 rounded-field border-2 border-line bg-surface px-3 py-2 text-text placeholder:text-text-3';

export function TextInput({
  label,
  hint,
  error,
  value,
  onChange,
  maxLength,
  autoFocus,
  plain,
  secret,
  onEnter,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  value: string;
  onChange: (value: string) => void;
  maxLength?: number;
  autoFocus?: boolean;
  /** An address or a code: no capital letters, no spelling. */
  plain?: boolean;
  /** Masked, with a button that shows it. */
  secret?: boolean;
  onEnter?: () => void;
}) {
  const text = useText();
  const [bare, setBare] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error) field.current?.focus();
  }, [error]);
  return (
    <AriaTextField
      value={value}
      onChange={onChange}
      isInvalid={Boolean(error)}
      maxLength={maxLength}
      autoFocus={autoFocus}
      className="flex max-w-md flex-col gap-1"
    >
      <Label className="font-medium">{label}</Label>
      {hint !== undefined && (
        <AriaText slot="description" className="text-caption text-text-2">
          {hint}
        </AriaText>
      )}
      <FieldError className="font-medium text-danger">
        {text('field-error')} {error}
      </FieldError>
      <span className="flex flex-wrap gap-2">
        <Input
          ref={field}
          {...(secret && { type: bare ? 'text' : 'password', autoComplete: 'off' })}
          {...((plain || secret) && { autoCapitalize: 'none', spellCheck: false })}
          className={cx(FIELD, secret && 'w-auto flex-1 basis-[11rem]')}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onEnter?.();
          }}
        />
        {secret && (
          <Button
            aria-label={text(bare ? 'way-hide-what' : 'way-show-what', { what: label })}
            onPress={() => setBare(!bare)}
          >
            {text(bare ? 'way-hide' : 'way-show')}
          </Button>
        )}
      </span>
    </AriaTextField>
  );
}

/** Letters typed on the page, and text pasted, go to its field; the focus moves with them, not before. */
function useTypedAnywhere(
  field: RefObject<HTMLInputElement | null>,
  onChange: (value: string) => void,
) {
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    const elsewhere = (event: Event) =>
      !event.defaultPrevented && !inField(event.target) && !popupOpen();
    const typed = (event: KeyboardEvent) => {
      const letter = /^[\p{L}\p{N}№]$/u.test(event.key);
      const held = event.ctrlKey || event.metaKey || event.altKey;
      if (letter && !held && elsewhere(event)) field.current?.focus();
    };
    const pasted = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text').trim() ?? '';
      if (text === '' || !elsewhere(event)) return;
      event.preventDefault();
      field.current?.focus();
      change.current(text);
    };
    window.addEventListener('keydown', typed);
    window.addEventListener('paste', pasted);
    return () => {
      window.removeEventListener('keydown', typed);
      window.removeEventListener('paste', pasted);
    };
  }, [field]);
}

/** The search of a page: it has one. */
export function SearchInput({
  label,
  value,
  onChange,
  onArrowDown,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onArrowDown?: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useTypedAnywhere(field, onChange);
  return (
    <AriaSearchField
      value={value}
      onChange={onChange}
      className="group flex max-w-2xl flex-col gap-1"
    >
      <Label className="font-medium">{label}</Label>
      <div className="relative">
        <SearchIcon
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-3 size-[1.2rem] -translate-y-1/2 text-text-3"
        />
        <Input
          ref={field}
          data-page-search
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown' && onArrowDown) {
              event.preventDefault();
              onArrowDown();
            }
          }}
          className={cx(FIELD, 'pr-14 pl-11 [&::-webkit-search-cancel-button]:hidden')}
        />
        <AriaButton className="absolute top-0 right-0 flex size-12 items-center justify-center rounded-field text-text-2 hover:text-text group-data-[empty]:hidden">
          <XIcon aria-hidden className="size-[1.2rem]" />
        </AriaButton>
      </div>
    </AriaSearchField>
  );
}

/** One of a few, on one line. */
export function Select<Value extends string | number>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
}) {
  return (
    <label className="flex flex-col gap-1">
      <span className="font-medium">{label}</span>
      <span className="relative w-fit max-w-full">
        <select
          value={value}
          onChange={(event) => {
            const chosen = options[event.target.selectedIndex];
            if (chosen !== undefined) onChange(chosen.value);
          }}
          className={cx(FIELD, 'cursor-pointer appearance-none pr-12 hover:bg-sunken')}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} className="bg-surface text-text">
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDownIcon
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-3 size-[1.2rem] -translate-y-1/2 text-text-2"
        />
      </span>
    </label>
  );
}

export function Radios<Value extends string>({
  label,
  hideLabel,
  value,
  onChange,
  options,
  row,
}: {
  label: string;
  hideLabel?: boolean;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode; hint?: string }[];
  row?: boolean;
}) {
  return (
    <AriaRadioGroup
      value={value}
      onChange={(next) => onChange(next as Value)}
      className="flex flex-col gap-2"
    >
      <Label className={hideLabel ? 'sr-only' : 'font-medium'}>
        <Marked>{label}</Marked>
      </Label>
      <div className={cx('flex gap-2', row ? 'flex-wrap' : 'flex-col')}>
        {options.map((option) => (
          <AriaRadio
            key={option.value}
            value={option.value}
            className="group fade flex min-h-12 cursor-pointer items-center gap-3 rounded-button border-2 border-border bg-surface px-4 py-2 hover:border-line data-[selected]:border-primary data-[selected]:bg-primary-soft"
          >
            <span
              aria-hidden
              className="flex size-[1.2rem] shrink-0 items-center justify-center rounded-round border-2 border-line bg-surface group-data-[selected]:border-primary"
            >
              <span className="hidden size-[0.55rem] rounded-round bg-primary group-data-[selected]:block forced-colors:bg-[Highlight]" />
            </span>
            <span>
              <span>{option.label}</span>
              {option.hint !== undefined && (
                <span className="block text-caption text-text-2">{option.hint}</span>
              )}
            </span>
          </AriaRadio>
        ))}
      </div>
    </AriaRadioGroup>
  );
}

export function Check({
  selected,
  onChange,
  children,
}: {
  selected: boolean;
  onChange: (selected: boolean) => void;
  children: ReactNode;
}) {
  return (
    <AriaCheckbox
      isSelected={selected}
      onChange={onChange}
      className="group fade flex min-h-12 cursor-pointer items-center gap-3 rounded-button border-2 border-border bg-surface px-4 py-2 hover:border-line data-[selected]:border-primary data-[selected]:bg-primary-soft"
    >
      <span
        aria-hidden
        className="flex size-[1.2rem] shrink-0 items-center justify-center rounded-[0.25rem] border-2 border-line bg-surface text-on-primary group-data-[selected]:border-primary group-data-[selected]:bg-primary"
      >
        <CheckIcon className="hidden size-[0.9rem] group-data-[selected]:block" strokeWidth={3} />
      </span>
      <span className="min-w-0 flex-1">{children}</span>
    </AriaCheckbox>
  );
}

export function Toggle({
  label,
  hint,
  selected,
  onChange,
}: {
  label: string;
  hint?: string;
  selected: boolean;
  onChange: (selected: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex flex-col">
      <AriaSwitch
        isSelected={selected}
        onChange={onChange}
        aria-describedby={hint === undefined ? undefined : id}
        className="group flex min-h-12 w-fit cursor-pointer items-center gap-3 py-1"
      >
        <span
          aria-hidden
          className="fade relative flex h-[1.55rem] w-[2.7rem] shrink-0 items-center rounded-round border-2 border-line bg-sunken px-[0.15rem] group-data-[selected]:justify-end group-data-[selected]:border-primary group-data-[selected]:bg-primary forced-colors:group-data-[selected]:bg-[Highlight]"
        >
          <span className="size-[1rem] rounded-round bg-line group-data-[selected]:bg-on-primary forced-colors:bg-[ButtonText]" />
        </span>
        <span className="font-medium">{label}</span>
      </AriaSwitch>
      {hint !== undefined && (
        <p id={id} className="measure pl-[3.38rem] text-caption text-text-2">
          {hint}
        </p>
      )}
    </div>
  );
}
