// «Уведомлений не видно»: what to do on this system, and another trial.

import { useState } from 'react';
import { Trial } from '../choice/Trial.tsx';
import { useText } from '../i18n/text.ts';
import { useOpenNotificationSettings, useSettings } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { Page, Section } from '../kit/Page.tsx';

function system(): 'windows' | 'mac' | 'linux' {
  const { userAgent } = navigator;
  if (userAgent.includes('Windows')) return 'windows';
  return userAgent.includes('Mac') ? 'mac' : 'linux';
}

export function NotificationsPage() {
  const text = useText();
  const { settings } = useSettings();
  const open = useOpenNotificationSettings();
  const [unseen, setUnseen] = useState(false);
  const back =
    settings?.welcomed === false
      ? { to: '/welcome/tell', label: text('welcome-tell') }
      : { to: '/settings/notifications', label: text('nav-settings') };
  return (
    <Page title={text('trial-fix')} back={back}>
      <Section title={text('trial-fix-steps')}>
        <ol className="measure flex list-decimal flex-col gap-3 pl-6">
          {text(`trial-fix-${system()}`)
            .split('\n')
            .map((line) => (
              <li key={line}>{line}</li>
            ))}
        </ol>
        <div>
          <Button look="primary" isDisabled={open.isPending} onPress={() => open.mutate(undefined)}>
            {text('trial-fix-open')}
          </Button>
        </div>
        {open.data === false && (
          <Note tone="neutral" role="status">
            {text('trial-fix-not-opened')}
          </Note>
        )}
        {open.isError && <ErrorNote error={open.error} />}
      </Section>
      <Section title={text('trial-fix-try')}>
        <Trial onUnseen={() => setUnseen(true)} />
        {unseen && (
          <Note tone="warn" role="status">
            {text('trial-fix-still')}
          </Note>
        )}
      </Section>
      <p className="measure text-text-2">{text('trial-fix-inbox')}</p>
    </Page>
  );
}
