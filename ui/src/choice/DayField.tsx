// A day, typed or picked. The calendar unfolds under its field, in the page itself: it is as
// wide as the page lets it be, scrolls with it, and leaves with it.

import { type CalendarDate, parseDate } from '@internationalized/date';
import CalendarIcon from 'lucide-react/icons/calendar';
import ChevronLeftIcon from 'lucide-react/icons/chevron-left';
import ChevronRightIcon from 'lucide-react/icons/chevron-right';
import { useContext, useEffect, useId, useRef, useState } from 'react';
import {
  Button as AriaButton,
  Text as AriaText,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarStateContext,
  DateField,
  DateInput,
  DateSegment,
  FieldError,
  Heading,
  Label,
} from 'react-aria-components';
import { moscowDay, useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/Button.tsx';
import { isKey, popupOpen } from '../kit/keys.ts';

export const BOX =
  'flex min-h-12 items-center rounded-field border-2 border-line bg-surface text-text focus-within:border-primary';
export const SEGMENT =
  'tabular rounded-[0.2rem] px-[0.15rem] outline-none data-[placeholder]:text-text-3 focus:bg-primary focus:text-on-primary';
const ICON = 'size-[1.2rem]';

/** A year is typed figure by figure: until there are four it is nobody's mistake. */
const halfTyped = (day: string) => Number(day.slice(0, 4)) < 1000;

export function DayField({
  label,
  hint,
  error = null,
  value,
  onChange,
}: {
  label: string;
  hint?: string;
  error?: string | null;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const text = useText();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [typing, setTyping] = useState(false);
  const field = useRef<HTMLDivElement>(null);
  const wrong = error !== null && !(typing && value !== null && halfTyped(value));
  const date = value === null ? null : parseDate(value);
  const put = (next: CalendarDate | null) => onChange(next === null ? null : next.toString());
  const close = () => {
    setOpen(false);
    field.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
  };

  useEffect(() => {
    if (!open) return;
    field.current?.scrollIntoView({ block: 'nearest' });
    // Esc closes the calendar wherever the focus is, and does nothing else.
    const pressed = (event: KeyboardEvent) => {
      if (!isKey('back', event) || event.code !== 'Escape' || popupOpen()) return;
      event.preventDefault();
      event.stopPropagation();
      const inside = field.current?.contains(document.activeElement) ?? false;
      setOpen(false);
      if (inside || document.activeElement === document.body)
        field.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
    };
    window.addEventListener('keydown', pressed, { capture: true });
    return () => window.removeEventListener('keydown', pressed, { capture: true });
  }, [open]);

  return (
    <div ref={field} className="flex min-w-0 flex-col gap-2">
      <DateField
        value={date}
        onChange={put}
        isInvalid={wrong}
        validationBehavior="aria"
        shouldForceLeadingZeros
        onFocusChange={setTyping}
        className="flex flex-col gap-1"
      >
        <Label className="font-medium">{label}</Label>
        {hint !== undefined && (
          <AriaText slot="description" className="text-caption text-text-2">
            {hint}
          </AriaText>
        )}
        <FieldError className="font-medium text-danger">
          <span role="alert">
            {text('field-error')} {error}
          </span>
        </FieldError>
        <div className="flex flex-wrap items-center gap-2">
          <DateInput className={`${BOX} w-fit px-3`}>
            {(segment) => <DateSegment segment={segment} className={SEGMENT} />}
          </DateInput>
          <Button
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            aria-label={`${text('calendar')} ${label}`}
            icon={<CalendarIcon aria-hidden className={ICON} />}
            onPress={() => setOpen(!open)}
          >
            {text('calendar')}
          </Button>
          {value !== null && <Button onPress={() => onChange(null)}>{text('clear')}</Button>}
        </div>
      </DateField>
      {open && (
        <div id={id} className="@container w-full max-w-[24rem]">
          <Month
            label={label}
            value={date}
            onChange={(next) => {
              put(next);
              close();
            }}
          />
        </div>
      )}
    </div>
  );
}

function Month({
  label,
  value,
  onChange,
}: {
  label: string;
  value: CalendarDate | null;
  onChange: (value: CalendarDate) => void;
}) {
  const today = parseDate(moscowDay(Date.now()));
  const [focused, setFocused] = useState(value ?? today);
  // A day that is typed while the calendar is open is looked at.
  const typed = value?.toString();
  useEffect(() => {
    if (typed !== undefined && !halfTyped(typed)) setFocused(parseDate(typed));
  }, [typed]);
  return (
    <Calendar
      autoFocus
      aria-label={label}
      value={value}
      onChange={onChange}
      focusedValue={focused}
      onFocusChange={setFocused}
      minValue={today}
      className="rounded-card border border-line bg-surface p-2"
    >
      <header className="flex flex-wrap items-center justify-between gap-2 pb-2">
        <Heading className="order-first w-full text-center font-semibold @min-[19rem]:order-none @min-[19rem]:w-auto" />
        <OtherMonth slot="previous" />
        <OtherMonth slot="next" />
      </header>
      <div className="scroll-x -m-1 p-1">
        <CalendarGrid
          weekdayStyle="short"
          className="w-full min-w-[308px] table-fixed border-collapse [&_td]:p-0 [&_th]:pb-1 [&_th]:text-caption [&_th]:font-medium [&_th]:text-text-2"
        >
          {(date) => (
            <CalendarCell
              date={date}
              className="tabular flex min-h-[max(44px,2.444rem)] items-center justify-center rounded-button hover:bg-sunken data-[disabled]:text-text-3 data-[disabled]:line-through data-[outside-month]:hidden data-[selected]:bg-primary data-[selected]:font-semibold data-[selected]:text-on-primary"
            />
          )}
        </CalendarGrid>
      </div>
    </Calendar>
  );
}

/** The way to the month before or after, called by its name. */
function OtherMonth({ slot }: { slot: 'previous' | 'next' }) {
  const format = useFormat();
  const calendar = useContext(CalendarStateContext);
  if (calendar === null) return null;
  const before = slot === 'previous';
  const month = calendar.visibleRange.start.add({ months: before ? -1 : 1 });
  const words = format.month(month.toString());
  return (
    <AriaButton
      slot={slot}
      aria-label={words}
      className={`flex min-h-11 items-center gap-1 rounded-button px-2 text-primary hover:bg-sunken data-[disabled]:text-text-3 ${before ? '@min-[19rem]:order-first' : ''}`}
    >
      {before && <ChevronLeftIcon aria-hidden className={ICON} />}
      {words}
      {!before && <ChevronRightIcon aria-hidden className={ICON} />}
    </AriaButton>
  );
}
