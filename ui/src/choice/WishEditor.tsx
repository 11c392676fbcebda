// «Когда удобно?»: a few ready answers, or rules of one's own; a sentence repeats them.

import { parseDate, parseTime, type Time } from '@internationalized/date';
import CalendarIcon from 'lucide-react/icons/calendar';
import ChevronLeftIcon from 'lucide-react/icons/chevron-left';
import ChevronRightIcon from 'lucide-react/icons/chevron-right';
import PlusIcon from 'lucide-react/icons/plus';
import TrashIcon from 'lucide-react/icons/trash-2';
import XIcon from 'lucide-react/icons/x';
import { useContext, useState } from 'react';
import {
  Button as AriaButton,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarStateContext,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
  TimeField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { DAYS, moscowDay, useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Day, TimeRange, TimeWish } from '../ipc/host.ts';
import { Button } from '../kit/Button.tsx';
import { Radios } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import {
  badDates,
  badRange,
  exactDuration,
  PRESETS,
  type Preset,
  presetOf,
  presetRanges,
  wishSentence,
} from './wish.ts';

const NOTICES = [0, 60, 120, 180, 360, 1440];

export function WishEditor({
  value,
  withoutAny = false,
  onChange,
}: {
  value: TimeWish;
  /** «Любое» is asked elsewhere on the page. */
  withoutAny?: boolean;
  onChange: (value: TimeWish) => void;
}) {
  const text = useText();
  const format = useFormat();
  const [own, setOwn] = useState(() => presetOf(value) === 'own');
  const preset = own ? 'own' : presetOf(value);
  const hasDates =
    value.notBefore !== null ||
    value.notAfter !== null ||
    value.except.length > 0 ||
    value.noticeMinutes > 0;
  const [more, setMore] = useState(hasDates);
  const set = (part: Partial<TimeWish>) => {
    const next = { ...value, ...part };
    announce(wishSentence(next, text, format));
    onChange(next);
  };
  const choose = (next: Preset) => {
    setOwn(next === 'own');
    set({
      ranges: next === 'own' && value.ranges.length > 0 ? value.ranges : presetRanges(next),
    });
  };

  return (
    <div className="flex flex-col gap-6">
      <Radios
        label={text('wish-time')}
        hideLabel
        value={preset}
        onChange={choose}
        options={PRESETS.filter((name) => !(withoutAny && name === 'any')).map((name) => ({
          value: name,
          label: text(`wish-preset-${name}`),
        }))}
      />
      {preset === 'own' && <Rules ranges={value.ranges} onChange={(ranges) => set({ ranges })} />}
      {!more ? (
        <div>
          <Button
            icon={<CalendarIcon aria-hidden className="size-[1.2rem]" />}
            onPress={() => setMore(true)}
          >
            {text('wish-more')}
          </Button>
        </div>
      ) : (
        <div className="flex flex-col gap-4 rounded-card border border-border bg-surface p-4">
          {badDates(value) && <ErrorLine>{text('wish-bad-dates')}</ErrorLine>}
          <div className="flex flex-wrap gap-x-6 gap-y-4">
            <DayField
              label={text('wish-first-day')}
              value={value.notBefore}
              onChange={(notBefore) => set({ notBefore })}
            />
            <DayField
              label={text('wish-last-day')}
              value={value.notAfter}
              onChange={(notAfter) => set({ notAfter })}
            />
          </div>
          <Except days={value.except} onChange={(except) => set({ except })} />
          <label className="flex flex-col gap-1">
            <span className="font-medium">{text('wish-notice-label')}</span>
            <select
              value={value.noticeMinutes}
              onChange={(event) => set({ noticeMinutes: Number(event.target.value) })}
              className="min-h-12 w-fit max-w-full rounded-field border-2 border-line bg-surface px-3 py-2 text-text"
            >
              {[...new Set([...NOTICES, value.noticeMinutes])].map((minutes) => (
                <option key={minutes} value={minutes}>
                  {minutes === 0 ? text('wish-notice-none') : exactDuration(minutes, text)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <div className="rounded-card border-2 border-primary bg-primary-soft p-4">
        <p className="text-caption text-text-2">{text('wish-says')}</p>
        <p className="text-lead font-medium">{wishSentence(value, text, format)}</p>
      </div>
    </div>
  );
}

export function ErrorLine({ children }: { children: string }) {
  const text = useText();
  return (
    <p role="alert" className="font-medium text-danger">
      {text('field-error')} {children}
    </p>
  );
}

function Rules({
  ranges,
  onChange,
}: {
  ranges: TimeRange[];
  onChange: (ranges: TimeRange[]) => void;
}) {
  const text = useText();
  const put = (index: number, part: Partial<TimeRange>) =>
    onChange(ranges.map((range, at) => (at === index ? { ...range, ...part } : range)));
  return (
    <div className="flex flex-col gap-4">
      {ranges.map((range, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place
          key={index}
          className="flex flex-col gap-4 rounded-card border border-border bg-surface p-4"
        >
          <legend className="sr-only">{text('wish-rule', { n: index + 1 })}</legend>
          <Days days={range.days} onChange={(days) => put(index, { days })} />
          {badRange(range) && <ErrorLine>{text('wish-bad-times')}</ErrorLine>}
          <div className="flex flex-wrap items-end gap-4">
            <Clock
              label={text('wish-rule-from')}
              value={range.from}
              onChange={(from) => put(index, { from })}
            />
            <Clock
              label={text('wish-rule-to')}
              value={range.to}
              onChange={(to) => put(index, { to })}
            />
            {ranges.length > 1 && (
              <Button
                look="danger"
                icon={<TrashIcon aria-hidden className="size-[1.2rem]" />}
                onPress={() => onChange(ranges.filter((_, at) => at !== index))}
              >
                {text('wish-rule-remove')}
              </Button>
            )}
          </div>
        </fieldset>
      ))}
      <div>
        <Button
          icon={<PlusIcon aria-hidden className="size-[1.2rem]" />}
          onPress={() => onChange([...ranges, { days: [], from: '09:00:00', to: '12:00:00' }])}
        >
          {text('wish-rule-add')}
        </Button>
      </div>
    </div>
  );
}

/** No day pressed means every day; it is said. */
function Days({ days, onChange }: { days: Day[]; onChange: (days: Day[]) => void }) {
  const text = useText();
  const format = useFormat();
  return (
    <div>
      <ToggleButtonGroup
        aria-label={text('wish-days-label')}
        selectionMode="multiple"
        selectedKeys={days}
        onSelectionChange={(keys) => onChange(DAYS.filter((day) => keys.has(day)))}
        className="flex flex-wrap gap-2"
      >
        {DAYS.map((day) => (
          <ToggleButton
            key={day}
            id={day}
            className="fade min-h-12 min-w-12 rounded-button border-2 border-line bg-surface px-3 py-2 font-medium hover:bg-sunken data-[selected]:border-primary data-[selected]:bg-primary data-[selected]:text-on-primary forced-colors:data-[selected]:outline-4"
          >
            {format.weekday(day)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {days.length === 0 && (
        <p className="mt-1 text-caption text-text-2">{text('wish-days-none')}</p>
      )}
    </div>
  );
}

const BOX =
  'flex min-h-12 items-center rounded-field border-2 border-line bg-surface text-text focus-within:border-primary';
const SEGMENT =
  'tabular rounded-[0.2rem] px-[0.15rem] outline-none data-[placeholder]:text-text-3 focus:bg-primary focus:text-on-primary';

/** A time of day, typed. */
export function Clock({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return (
    <TimeField
      value={value === null ? null : parseTime(value)}
      onChange={(time: Time | null) => onChange(time === null ? null : time.toString().slice(0, 8))}
      hourCycle={24}
      shouldForceLeadingZeros
      className="flex flex-col gap-1"
    >
      <Label className="font-medium">{label}</Label>
      <DateInput className={`${BOX} px-3`}>
        {(segment) => <DateSegment segment={segment} className={SEGMENT} />}
      </DateInput>
    </TimeField>
  );
}

const ICON = 'size-[1.2rem]';

export function DayField({
  label,
  hint,
  value,
  onChange,
}: {
  label: string;
  hint?: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const text = useText();
  return (
    <DatePicker
      value={value === null ? null : parseDate(value)}
      minValue={parseDate(moscowDay(Date.now()))}
      onChange={(date) => onChange(date === null ? null : date.toString())}
      className="flex flex-col gap-1"
    >
      <Label className="font-medium">{label}</Label>
      {hint !== undefined && <p className="text-caption text-text-2">{hint}</p>}
      <div className="flex flex-wrap items-center gap-2">
        <Group className={`${BOX} w-fit`}>
          <DateInput className="flex px-3">
            {(segment) => <DateSegment segment={segment} className={SEGMENT} />}
          </DateInput>
        </Group>
        <Button icon={<CalendarIcon aria-hidden className={ICON} />}>{text('calendar')}</Button>
        {value !== null && (
          <Button slot={null} look="secondary" onPress={() => onChange(null)}>
            {text('clear')}
          </Button>
        )}
      </div>
      <Popover className="rounded-card border border-line bg-surface p-3 shadow-popup">
        <Dialog className="outline-none">
          <Calendar>
            <header className="flex items-center justify-between gap-2 pb-2">
              <OtherMonth slot="previous" />
              <Heading className="font-semibold" />
              <OtherMonth slot="next" />
            </header>
            <CalendarGrid
              weekdayStyle="short"
              className="[&_th]:pb-1 [&_th]:text-caption [&_th]:font-medium [&_th]:text-text-2"
            >
              {(date) => (
                <CalendarCell
                  date={date}
                  className="tabular flex size-11 items-center justify-center rounded-button hover:bg-sunken data-[disabled]:text-text-3 data-[outside-month]:hidden data-[selected]:bg-primary data-[selected]:font-semibold data-[selected]:text-on-primary"
                />
              )}
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
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
      className="flex min-h-11 items-center gap-1 rounded-button px-2 text-primary hover:bg-sunken data-[disabled]:text-text-3"
    >
      {before && <ChevronLeftIcon aria-hidden className={ICON} />}
      {words}
      {!before && <ChevronRightIcon aria-hidden className={ICON} />}
    </AriaButton>
  );
}

function Except({ days, onChange }: { days: string[]; onChange: (days: string[]) => void }) {
  const text = useText();
  const format = useFormat();
  const [next, setNext] = useState<string | null>(null);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-2">
        <DayField label={text('wish-except-label')} value={next} onChange={setNext} />
        <Button
          isDisabled={next === null}
          onPress={() => {
            if (next !== null) onChange([...new Set([...days, next])].sort());
            setNext(null);
          }}
        >
          {text('wish-except-add')}
        </Button>
      </div>
      {days.length > 0 && (
        <ul className="flex flex-wrap gap-2">
          {days.map((day) => (
            <li key={day}>
              <Button
                aria-label={text('wish-except-remove', { day: format.date(day) })}
                icon={<XIcon aria-hidden className="size-[1.1rem]" />}
                onPress={() => onChange(days.filter((other) => other !== day))}
              >
                {format.date(day)}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
