import SearchIcon from 'lucide-react/icons/search';
import { useState } from 'react';
import { Crumbs } from '../../choice/Crumbs.tsx';
import { DayField } from '../../choice/DayField.tsx';
import { WishEditor } from '../../choice/WishEditor.tsx';
import { presetRanges } from '../../choice/wish.ts';
import { useText } from '../../i18n/text.ts';
import { HostError, type TimeWish } from '../../ipc/host.ts';
import { anyTime, failure } from '../../ipc/memory/memory.ts';
import { Button, buttonLook, LinkButton, type Look } from '../../kit/Button.tsx';
import { Check, Radios, SearchInput, TextInput, Toggle } from '../../kit/Fields.tsx';
import { Keys } from '../../kit/Keys.tsx';
import { ChoiceList, ChoiceRow } from '../../kit/List.tsx';
import { ErrorNote, ListSkeleton, Note, type Tone } from '../../kit/Notes.tsx';
import { Section } from '../../kit/Page.tsx';
import { AskButton, MoreMenu } from '../../kit/Popups.tsx';
import { Tag } from '../../kit/Tag.tsx';
import { ToastBox } from '../Shell.tsx';
import { Part } from './Part.tsx';

const LOOKS: Look[] = ['primary', 'secondary', 'quiet', 'danger'];
const TONES: Tone[] = ['neutral', 'ok', 'warn', 'danger', 'info'];
/** How a pointer or the keyboard leaves a button; held still here. */
const HELD = ['', 'hovered', 'pressed', 'focus-visible'];
const nothing = () => {};

export function Kit() {
  const text = useText();
  return (
    <>
      <h2 className="text-h2 font-bold">Parts</h2>
      <Part name="Buttons">
        <p className="text-text-2">Usual, hovered, pressed, focused, disabled</p>
        {LOOKS.map((look) => (
          <div key={look} className="flex flex-wrap gap-4">
            {HELD.map((held) => (
              <button
                key={held}
                type="button"
                className={buttonLook(look)}
                {...(held === '' ? {} : { [`data-${held}`]: true })}
              >
                <SearchIcon aria-hidden className="size-[1.2rem]" />
                {text('check')}
              </button>
            ))}
            <Button
              look={look}
              isDisabled
              icon={<SearchIcon aria-hidden className="size-[1.2rem]" />}
            >
              {text('check')}
            </Button>
          </div>
        ))}
        <div className="flex flex-wrap items-center gap-4">
          <LinkButton to="/">{text('nav-watches')}</LinkButton>
          <MoreMenu
            label={text('more')}
            entries={[
              { id: 'check', label: text('check-now'), run: nothing },
              { id: 'edit', label: text('edit'), apart: true, run: nothing },
              {
                id: 'remove',
                label: text('remove'),
                keys: 'Delete',
                apart: true,
                danger: true,
                run: nothing,
              },
            ]}
          />
          <AskButton
            label={text('quit')}
            title={text('quit-title')}
            confirm={text('quit')}
            cancel={text('stay')}
            onConfirm={nothing}
          >
            {text('quit-ask')}
          </AskButton>
          <Keys keys="Ctrl + K" />
        </div>
      </Part>
      <Part name="Tags and notes">
        <div className="flex flex-wrap gap-2">
          {TONES.map((tone) => (
            <Tag key={tone} tone={tone} icon={<SearchIcon aria-hidden />}>
              {text('tag-waiting')}
            </Tag>
          ))}
        </div>
        {TONES.map((tone) => (
          <Note key={tone} tone={tone} actions={<Button>{text('understood')}</Button>}>
            {text('close-hint')}
          </Note>
        ))}
        <ErrorNote error={new HostError(failure('invalid', ['noDoctor']))} retry={nothing} />
      </Part>
      <Part name="Fields">
        <Fields />
      </Part>
      <Part name="Time wish">
        <Wish />
      </Part>
      <Part name="Lists">
        <ChoiceList label={text('specialty-list')}>
          <ChoiceRow title="Окулист" aside={text('free-some', { n: 12 })} onPress={nothing} />
          <ChoiceRow
            title="Кабинет ультразвуковой диагностики органов малого таза"
            details={text('specialty-alike')}
            aside={text('free-none')}
            onPress={nothing}
          />
        </ChoiceList>
        <ListSkeleton rows={2} />
        <Section title={text('set-theme')} hint={text('set-text-size-hint')}>
          <Crumbs
            crumbs={[
              { label: text('crumb-clinic'), value: 'ГП № 87', change: nothing },
              { label: text('crumb-specialty'), value: 'Окулист', change: nothing },
            ]}
          />
        </Section>
        <div className="flex w-full flex-col gap-2">
          <ToastBox toast={{ id: -1, text: text('saved') }} />
          <ToastBox
            toast={{
              id: -2,
              text: text('watch-removed', { title: 'Окулист — Ветров Пётр Ильич' }),
              action: { label: text('undo'), run: nothing },
            }}
          />
        </div>
      </Part>
    </>
  );
}

function Fields() {
  const text = useText();
  const [name, setName] = useState('мама');
  const [asked, setAsked] = useState('Дыбенко 21');
  const [on, setOn] = useState(true);
  const [off, setOff] = useState(false);
  const [time, setTime] = useState<'any' | 'own'>('any');
  const options = [
    { value: 'any' as const, label: text('doctor-any') },
    { value: 'own' as const, label: text('doctor-only'), hint: text('budget-hint', { n: 180 }) },
  ];
  return (
    <>
      <TextInput
        label={text('who-name')}
        hint={text('who-name-hint')}
        value={name}
        onChange={setName}
      />
      <SearchInput label={text('clinic-search')} value={asked} onChange={setAsked} />
      <div>
        <Toggle
          label={text('set-sound')}
          hint={text('set-sound-hint')}
          selected={on}
          onChange={setOn}
        />
        <Toggle label={text('set-autostart')} selected={off} onChange={setOff} />
      </div>
      <div className="flex flex-col gap-2">
        <Check selected={on} onChange={setOn}>
          Ветров Пётр Ильич
        </Check>
        <Check selected={off} onChange={setOff}>
          Ясенева Нина Сергеевна
        </Check>
      </div>
      <Radios label={text('doctor-whom')} value={time} onChange={setTime} options={options} />
      <Radios label={text('doctor-whom')} row value={time} onChange={setTime} options={options} />
      <DayField
        label={text('until-label')}
        hint={text('until-hint')}
        value="2026-12-10"
        onChange={nothing}
      />
    </>
  );
}

function Wish() {
  const [any, setAny] = useState<TimeWish>(anyTime());
  const [own, setOwn] = useState<TimeWish>({
    ...anyTime(),
    ranges: [
      ...presetRanges('morning'),
      { days: ['mon', 'sat'], from: '18:00:00', to: '12:00:00' },
    ],
    notAfter: '2026-12-10',
    except: ['2026-12-01'],
    noticeMinutes: 120,
  });
  return (
    <>
      <WishEditor value={any} onChange={setAny} />
      <WishEditor value={own} onChange={setOwn} />
    </>
  );
}
