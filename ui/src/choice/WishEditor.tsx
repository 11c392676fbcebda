// «Когда удобно?»: a few ready answers, or rules of one's own; a sentence repeats them.

import { parseTime, type Time } from '@internationalized/date';
import CalendarIcon from 'lucide-react/icons/calendar';
import PlusIcon from 'lucide-react/icons/plus';
import TrashIcon from 'lucide-react/icons/trash-2';
import XIcon from 'lucide-react/icons/x';
import { useId, useRef, useState } from 'react';
import {
  DateInput,
  DateSegment,
  Label,
  TimeField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { DAYS, useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Day, TimeRange, TimeWish } from '../ipc/host.ts';
import { Button } from '../kit/Button.tsx';
import { Radios, Select } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { BOX, DayField, SEGMENT } from './DayField.tsx';
import {
  badDates,
  badRange,
  daysOf,
  exactDuration,
  isPast,
  PRESETS,
  type Preset,
  presetOf,
  presetRanges,
  WEEKDAYS,
  WEEKEND,
  wishFits,
  wishSentence,
} from './wish.ts';

const NOTICES = [0, 60, 120, 180, 360, 1440];

export function WishEditor({
  value,
  onChange,
}: {
  value: TimeWish;
  onChange: (value: TimeWish) => void;
}) {
  const text = useText();
  const format = useFormat();
  const [own, setOwn] = useState(() => presetOf(value) === 'own');
  const preset = own ? 'own' : presetOf(value);
  /** One's own rules, while a ready answer stands in their place. */
  const laid = useRef<TimeRange[]>([]);
  const hasDates = value.notBefore !== null || value.notAfter !== null || value.except.length > 0;
  const [more, setMore] = useState(hasDates);
  const fits = wishFits(value);
  const days = daysOf(value.ranges);
  const set = (part: Partial<TimeWish>) => {
    const next = { ...value, ...part };
    if (wishFits(next)) announce(wishSentence(next, text, format));
    onChange(next);
  };
  const choose = (next: Preset) => {
    setOwn(next === 'own');
    if (preset === 'own') laid.current = value.ranges;
    if (next !== 'own') set({ ranges: presetRanges(next, days) });
    // The same days as when the rules were left: they are all back.
    else if (laid.current.length > 0 && daysOf(laid.current).join() === days.join())
      set({ ranges: laid.current });
    else set({ ranges: value.ranges.length > 0 ? value.ranges : presetRanges('own') });
  };
  const lastDayError = badDates(value)
    ? text('wish-bad-dates')
    : isPast(value.notAfter)
      ? text('problem-past')
      : null;

  return (
    <div className="flex flex-col gap-6">
      <Radios
        label={text('wish-time')}
        value={preset}
        onChange={choose}
        options={PRESETS.map((name) => ({ value: name, label: text(`wish-preset-${name}`) }))}
      />
      {preset === 'own' ? (
        <Rules ranges={value.ranges} onChange={(ranges) => set({ ranges })} />
      ) : (
        <Days days={days} onChange={(next) => set({ ranges: presetRanges(preset, next) })} />
      )}
      <Select
        label={text('wish-notice-label')}
        value={value.noticeMinutes}
        onChange={(noticeMinutes) => set({ noticeMinutes })}
        options={[...new Set([...NOTICES, value.noticeMinutes])].map((minutes) => ({
          value: minutes,
          label: minutes === 0 ? text('wish-notice-none') : exactDuration(minutes, text),
        }))}
      />
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
          <div className="flex flex-wrap items-start gap-x-6 gap-y-4">
            <DayField
              label={text('wish-first-day')}
              value={value.notBefore}
              onChange={(notBefore) => set({ notBefore })}
            />
            <DayField
              label={text('wish-last-day')}
              error={lastDayError}
              value={value.notAfter}
              onChange={(notAfter) => set({ notAfter })}
            />
          </div>
          <Except days={value.except} onChange={(except) => set({ except })} />
        </div>
      )}
      {fits ? (
        <div className="rounded-card border-2 border-primary bg-primary-soft p-4">
          <p className="text-caption text-text-2">{text('wish-says')}</p>
          <p className="text-lead font-medium">{wishSentence(value, text, format)}</p>
        </div>
      ) : (
        <div className="rounded-card border-2 border-dashed border-line bg-surface p-4">
          <p className="text-caption text-text-2">{text('wish-says')}</p>
          <p className="text-lead text-text-2">{text('wish-unsaid')}</p>
        </div>
      )}
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

const DAY =
  'fade min-h-12 min-w-[48px] rounded-button border-2 border-line bg-surface px-1 py-2 text-center font-medium hover:bg-sunken @min-[26rem]:px-3 data-[selected]:border-primary data-[selected]:bg-primary data-[selected]:text-on-primary forced-colors:data-[selected]:outline-4';

/** No day pressed means every day; it is always said. */
function Days({ days, onChange }: { days: Day[]; onChange: (days: Day[]) => void }) {
  const text = useText();
  const format = useFormat();
  const id = useId();
  const helpers = [
    ['wish-helper-weekdays', WEEKDAYS],
    ['wish-helper-weekend', WEEKEND],
  ] as const;
  return (
    <div role="group" aria-labelledby={id} aria-describedby={`${id}-hint`}>
      <p id={id} className="font-medium">
        {text('wish-days-label')}
      </p>
      <p id={`${id}-hint`} className="mb-2 text-caption text-text-2">
        {text('wish-days-none')}
      </p>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <ToggleButtonGroup
          aria-labelledby={id}
          selectionMode="multiple"
          selectedKeys={days}
          onSelectionChange={(keys) => onChange(DAYS.filter((day) => keys.has(day)))}
          className="flex flex-wrap gap-2"
        >
          {/* Saturday and Sunday go to the next line together. */}
          {[WEEKDAYS, WEEKEND].map((part) => (
            <div key={part[0]} className="flex flex-wrap gap-2">
              {part.map((day) => (
                <ToggleButton key={day} id={day} className={DAY}>
                  {format.weekday(day)}
                </ToggleButton>
              ))}
            </div>
          ))}
        </ToggleButtonGroup>
        <div className="flex flex-wrap gap-2">
          {helpers.map(([name, of]) => {
            const all = of.every((day) => days.includes(day));
            return (
              <ToggleButton
                key={name}
                isSelected={all}
                onChange={() =>
                  onChange(DAYS.filter((day) => (of.includes(day) ? !all : days.includes(day))))
                }
                className={`${DAY} px-3`}
              >
                {text(name)}
              </ToggleButton>
            );
          })}
        </div>
      </div>
    </div>
  );
}

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
