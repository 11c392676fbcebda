// «Показать пробное уведомление»: is it really seen? If not, there is a page on how to mend it.

import { useState } from 'react';
import { useText } from '../i18n/text.ts';
import { useTrialNotification } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, Note } from '../kit/Notes.tsx';

export function Trial({ onUnseen }: { onUnseen: () => void }) {
  const text = useText();
  const trial = useTrialNotification();
  const [answer, setAnswer] = useState<'none' | 'asked' | 'seen'>('none');
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
              <Button onPress={() => setAnswer('seen')}>{text('yes')}</Button>
              <Button onPress={onUnseen}>{text('no')}</Button>
            </>
          }
        >
          {text('trial-seen')}
        </Note>
      )}
      {answer === 'seen' && (
        <Note tone="ok" role="status">
          {text('trial-fine')}
        </Note>
      )}
    </div>
  );
}
