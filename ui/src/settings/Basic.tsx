// Settings that are a choice each. They act at once; there is nothing to save.

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { TryAll } from '../channels/Trials.tsx';
import { Trial } from '../choice/Trial.tsx';
import { Clock } from '../choice/WishEditor.tsx';
import { useText } from '../i18n/text.ts';
import type { Quiet } from '../ipc/host.ts';
import { useQuestions, useSettings } from '../ipc/queries.ts';
import { Radios, Toggle } from '../kit/Fields.tsx';
import { ListSkeleton, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';

export function Notifications() {
  const text = useText();
  const navigate = useNavigate();
  const { settings, change: set } = useSettings();
  if (settings === undefined) return null;
  return (
    <>
      <Section title={text('settings-notifications')}>
        <Toggle
          label={text('set-notifications')}
          hint={text('set-notifications-hint')}
          selected={settings.notifications}
          onChange={(notifications) => set({ notifications })}
        />
        {settings.notifications && (
          <>
            <Toggle
              label={text('set-sound')}
              hint={text('set-sound-hint')}
              selected={settings.sound}
              onChange={(sound) => set({ sound })}
            />
            <Toggle
              label={text('set-hide')}
              hint={text('set-hide-hint')}
              selected={settings.hideDetails}
              onChange={(hideDetails) => set({ hideDetails })}
            />
          </>
        )}
      </Section>
      <QuietHours
        quiet={settings.quiet}
        onChange={(quiet) => set({ quiet })}
        hushed={settings.hushed}
        onHush={(hushed) => set({ hushed })}
      />
      {settings.notifications && (
        <Section title={text('trial-heading')} hint={text('trial-hint')}>
          <Trial onUnseen={() => navigate({ to: '/help/notifications' })} />
        </Section>
      )}
      <TryAll />
    </>
  );
}

function QuietHours({
  quiet,
  onChange,
  hushed,
  onHush,
}: {
  quiet: Quiet;
  onChange: (quiet: Quiet) => void;
  hushed: boolean;
  onHush: (hushed: boolean) => void;
}) {
  const text = useText();
  const put = (part: Partial<Quiet>) => onChange({ ...quiet, ...part });
  // A half-typed hour must not act: the hours are taken when the fields are left.
  const [typed, setTyped] = useState<Partial<Quiet>>({});
  const take = () => {
    if (Object.keys(typed).length > 0) put(typed);
    setTyped({});
  };
  const taken = useRef(take);
  taken.current = take;
  useEffect(() => () => taken.current(), []);
  return (
    <Section title={text('quiet-title')} hint={text('quiet-hint')}>
      <Toggle
        label={text('hushed-set')}
        hint={text('hushed-set-hint')}
        selected={hushed}
        onChange={onHush}
      />
      <Toggle
        label={text('quiet-on')}
        hint={text('quiet-on-hint')}
        selected={quiet.on}
        onChange={(on) => put({ on })}
      />
      {quiet.on && (
        <>
          <div
            role="group"
            aria-label={text('quiet-on')}
            className="flex flex-wrap gap-4"
            onBlur={({ currentTarget, relatedTarget }) => {
              if (!currentTarget.contains(relatedTarget)) take();
            }}
          >
            <Clock
              label={text('wish-rule-from')}
              value={typed.from ?? quiet.from}
              onChange={(from) => from !== null && setTyped({ ...typed, from })}
            />
            <Clock
              label={text('wish-rule-to')}
              value={typed.to ?? quiet.to}
              onChange={(to) => to !== null && setTyped({ ...typed, to })}
            />
          </div>
          {quiet.from === quiet.to && (
            <Note tone="warn" role="status">
              {text('quiet-never')}
            </Note>
          )}
          <Radios
            label={text('quiet-manner')}
            value={quiet.manner}
            onChange={(manner) => put({ manner })}
            options={(['hold', 'silent'] as const).map((value) => ({
              value,
              label: text(`quiet-${value}`),
              hint: text(`quiet-${value}-hint`),
            }))}
          />
        </>
      )}
    </Section>
  );
}

const SAMPLE = { normal: 'text-[18px]', large: 'text-[21px]', largest: 'text-[24px]' };

export function Appearance() {
  const text = useText();
  const { settings, change: set } = useSettings();
  if (settings === undefined) return null;
  return (
    <>
      <Section title={text('set-text-size')} hint={text('set-text-size-hint')}>
        {!settings.simple && (
          <Radios
            label={text('set-text-size')}
            hideLabel
            row
            value={settings.textSize}
            onChange={(textSize) => set({ textSize })}
            options={(['normal', 'large', 'largest'] as const).map((value) => ({
              value,
              label: <span className={SAMPLE[value]}>{text(`text-size-${value}`)}</span>,
            }))}
          />
        )}
        <Toggle
          label={text('set-simple')}
          hint={text('set-simple-hint')}
          selected={settings.simple}
          onChange={(simple) => set({ simple })}
        />
      </Section>
      <Section title={text('set-theme')}>
        <Radios
          label={text('set-theme')}
          hideLabel
          row
          value={settings.theme}
          onChange={(theme) => set({ theme })}
          options={(['system', 'light', 'dark', 'contrast'] as const).map((value) => ({
            value,
            label: text(`theme-${value}`),
          }))}
        />
      </Section>
      <Section title={text('set-motion')}>
        <Toggle
          label={text('set-reduce-motion')}
          hint={text('set-reduce-motion-hint')}
          selected={settings.reduceMotion}
          onChange={(reduceMotion) => set({ reduceMotion })}
        />
      </Section>
      <Section title={text('set-language')}>
        <Radios
          label={text('set-language')}
          hideLabel
          row
          value={settings.language}
          onChange={(language) => set({ language })}
          options={[
            { value: 'ru', label: <span lang="ru">Русский</span> },
            { value: 'en', label: <span lang="en">English</span> },
          ]}
        />
      </Section>
    </>
  );
}

export function Start() {
  const text = useText();
  const { settings, change: set } = useSettings();
  const checks = useQuery(useQuestions().selfCheck());
  if (settings === undefined) return null;
  const tray = checks.data?.find(({ subject }) => subject === 'tray');
  return (
    <>
      <Section title={text('settings-start')}>
        <Toggle
          label={text('set-autostart')}
          hint={text('set-autostart-hint')}
          selected={settings.autostart}
          onChange={(autostart) => set({ autostart })}
        />
      </Section>
      <Section title={text('set-tray')}>
        {checks.isPending ? (
          <ListSkeleton rows={1} />
        ) : (
          <p className="measure">
            {tray === undefined || tray.verdict === 'fine'
              ? text('set-tray-there')
              : text('no-tray')}
          </p>
        )}
        <p className="measure text-text-2">{text('set-tray-quit')}</p>
      </Section>
    </>
  );
}
