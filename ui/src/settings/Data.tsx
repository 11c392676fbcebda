import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { TakeFile } from '../choice/TakeFile.tsx';
import { useText } from '../i18n/text.ts';
import { errorSentence } from '../ipc/errors.ts';
import { useDemo, useEraseAll, useExport, useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { copyText } from '../kit/copy.ts';
import { Check } from '../kit/Fields.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { AskButton } from '../kit/Popups.tsx';
import { showToast } from '../kit/toasts.ts';

export function Data() {
  const text = useText();
  const navigate = useNavigate();
  const questions = useQuestions();
  const status = useQuery(questions.status());
  const write = useExport();
  const [added, setAdded] = useState<number | null>(null);
  const demo = useDemo();
  return (
    <>
      <Section title={text('data-copy')} hint={text('data-copy-hint')}>
        <div className="flex flex-wrap gap-2">
          <Button isDisabled={write.isPending} onPress={() => write.mutate(undefined)}>
            {text('data-export')}
          </Button>
          <TakeFile label={text('data-import')} look="secondary" onTaken={setAdded} />
        </div>
        {write.data === true && (
          <Note tone="ok" role="status">
            {text('data-exported')}
          </Note>
        )}
        {added !== null && (
          <Note tone="ok" role="status">
            {text('data-imported', { n: added })}
          </Note>
        )}
        {write.isError && <ErrorNote error={write.error} />}
      </Section>
      <Section title={text('data-demo')} hint={text('data-demo-hint')}>
        <div>
          {status.data?.demo === true ? (
            <Button isDisabled={demo.isPending} onPress={() => demo.mutate(false)}>
              {text('demo-leave')}
            </Button>
          ) : (
            <Button
              isDisabled={demo.isPending}
              onPress={() => demo.mutate(true, { onSuccess: () => navigate({ to: '/watches' }) })}
            >
              {text('demo-enter')}
            </Button>
          )}
        </div>
        {demo.isError && <ErrorNote error={demo.error} />}
      </Section>
      <Section title={text('data-folders')} hint={text('data-folders-hint')}>
        <Folders />
      </Section>
      <Erase />
    </>
  );
}

/** Asked twice: what goes, and whether that is understood. */
function Erase() {
  const text = useText();
  const navigate = useNavigate();
  const erase = useEraseAll();
  const [understood, setUnderstood] = useState(false);
  return (
    <Section title={text('erase-title')} hint={text('erase-hint')}>
      <div>
        <AskButton
          label={text('erase')}
          isDisabled={erase.isPending}
          title={text('erase-ask')}
          confirm={text('erase-confirm')}
          waits={!understood}
          cancel={text('cancel')}
          onOpenChange={() => setUnderstood(false)}
          onConfirm={() =>
            // A promise, for the person may be on another page by then.
            erase.mutateAsync(undefined).then(
              () => {
                showToast({ text: text('erased'), lasts: 10_000 });
                return navigate({ to: '/welcome' });
              },
              (error) => showToast({ text: text(errorSentence(error)) }),
            )
          }
        >
          <p>{text('erase-what')}</p>
          <p className="mt-2 mb-4">{text('erase-advice')}</p>
          <Check selected={understood} onChange={setUnderstood}>
            {text('erase-understood')}
          </Check>
        </AskButton>
      </div>
      {erase.isError && <ErrorNote error={erase.error} />}
    </Section>
  );
}

function Folders() {
  const text = useText();
  const folders = useQuery(useQuestions().folders());
  if (folders.isPending) return <ListSkeleton rows={3} />;
  if (folders.isError) return <ErrorNote error={folders.error} retry={() => folders.refetch()} />;
  return (
    <ul className="flex flex-col gap-4">
      {(['data', 'cache', 'logs'] as const).map((name) => (
        <li key={name} className="flex flex-wrap items-center justify-between gap-3">
          <div className="min-w-0 flex-1 basis-[14rem]">
            <p className="text-caption text-text-2">{text(`folder-${name}`)}</p>
            <p className="font-medium break-all">{folders.data[name]}</p>
          </div>
          <Button
            aria-label={text('copy-what', { what: text(`folder-${name}`) })}
            onPress={() =>
              copyText(folders.data[name]).then((done) =>
                showToast({ text: text(done ? 'copied' : 'copy-failed'), lasts: 5_000 }),
              )
            }
          >
            {text('copy')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
