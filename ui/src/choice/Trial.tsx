// «Показать пробное уведомление»: is it really seen? If not, what to do on this system.

import { useState } from 'react';
import { useText } from '../i18n/text.ts';
import { useTrialNotification } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, Note } from '../kit/Notes.tsx';

type System = 'windows' | 'mac' | 'linux';

export function system(): System {
  const { userAgent } = navigator;
  if (userAgent.includes('Windows')) return 'windows';
  return userAgent.includes('Mac') ? 'mac' : 'linux';
}

export function Trial() {
  const text = useText();
  const trial = useTrialNotification();
  const [answer, setAnswer] = useState<'none' | 'asked' | 'yes' | 'no'>('none');
  const show = () =>
    trial.mutate(undefined, {
      onSuccess: () => {
        setAnswer('asked');
        announce(text('trial-seen'));
      },
    });
  return (
    <div className="flex flex-col gap-4">
      <div>
        <Button isDisabled={trial.isPending} onPress={show}>
          {text(answer === 'none' ? 'trial-show' : 'trial-again')}
        </Button>
      </div>
      {trial.isError && <ErrorNote error={trial.error} retry={show} />}
      {answer === 'asked' && (
        <Note
          actions={
            <>
              <Button onPress={() => setAnswer('yes')}>{text('yes')}</Button>
              <Button onPress={() => setAnswer('no')}>{text('no')}</Button>
            </>
          }
        >
          {text('trial-seen')}
        </Note>
      )}
      {answer === 'yes' && (
        <Note tone="ok" role="status">
          {text('trial-fine')}
        </Note>
      )}
      {answer === 'no' && <TrialHelp />}
    </div>
  );
}

export function TrialHelp({ tone = 'warn' }: { tone?: 'warn' | 'neutral' }) {
  const text = useText();
  return (
    <Note tone={tone} {...(tone === 'warn' ? { role: 'status' } : {})}>
      <h3 className="font-semibold">{text('trial-fix')}</h3>
      <ul className="mt-2 flex list-disc flex-col gap-2 pl-5">
        {text(`trial-fix-${system()}`)
          .split('\n')
          .map((line) => (
            <li key={line}>{line}</li>
          ))}
      </ul>
      <p className="mt-2">{text('trial-fix-inbox')}</p>
    </Note>
  );
}
