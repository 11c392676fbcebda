// Where tokens and passwords are kept, when the system has no place for them.

import KeyIcon from 'lucide-react/icons/key-round';
import { type ReactNode, useRef, useState } from 'react';
import { useText } from '../i18n/text.ts';
import { errorSentence, problemSentences } from '../ipc/errors.ts';
import { type Channels, HostError, type StoreFailure } from '../ipc/host.ts';
import { useChannelsAction } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Radios, TextInput } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { FormDialog } from '../kit/Popups.tsx';

const SHORTEST = 8;

const wantsPlace = (error: unknown) =>
  error instanceof HostError && (error.code === 'noKeyStore' || error.code === 'locked');

/** An error that the dialog about the key store does not take care of. */
export const besideKeys = (error: unknown): unknown => (wantsPlace(error) ? null : error);

/**
 * Runs what keeps a secret. Without a place for secrets a dialog asks for one, and what was to
 * be kept is kept then.
 */
export function useKeeper(channels: Channels): {
  keep: (act: () => Promise<unknown>) => void;
  dialog: ReactNode;
} {
  const [open, setOpen] = useState(false);
  const waiting = useRef<() => Promise<unknown>>(undefined);
  const keep = (act: () => Promise<unknown>) => {
    // Who calls shows any other error.
    act().catch((error) => {
      if (!wantsPlace(error)) return;
      waiting.current = act;
      setOpen(true);
    });
  };
  const go = () => {
    setOpen(false);
    waiting.current?.().catch(() => {});
  };
  return {
    keep,
    dialog: (
      <PlaceDialog
        isOpen={open}
        locked={channels.keyStore === 'locked'}
        trouble={channels.keyStoreTrouble ?? 'failed'}
        onClose={() => setOpen(false)}
        onDone={go}
      />
    ),
  };
}

function PlaceDialog({
  isOpen,
  locked,
  trouble,
  onClose,
  onDone,
}: {
  isOpen: boolean;
  locked: boolean;
  trouble: StoreFailure;
  onClose: () => void;
  onDone: () => void;
}) {
  const text = useText();
  return (
    <FormDialog
      isOpen={isOpen}
      title={text(locked ? 'way-sealed' : 'keys-title')}
      onClose={onClose}
    >
      {locked ? (
        <>
          <UnlockForm onDone={onDone} />
          <div>
            <Button onPress={onClose}>{text('cancel')}</Button>
          </div>
        </>
      ) : (
        <PlaceForm trouble={trouble} onClose={onClose} onDone={onDone} />
      )}
    </FormDialog>
  );
}

export function PlaceForm({
  trouble,
  onClose,
  onDone,
}: {
  trouble: StoreFailure;
  onClose: () => void;
  onDone: () => void;
}) {
  const text = useText();
  const [place, setPlace] = useState<'seal' | 'memory'>('seal');
  const [phrase, setPhrase] = useState('');
  const [again, setAgain] = useState('');
  const [wrong, setWrong] = useState<'short' | 'differs' | null>(null);
  const seal = useChannelsAction((commands, words: string) => commands.sealSecrets(words));
  const memory = useChannelsAction((commands) => commands.keepSecretsInMemory());
  // biome-ignore lint/correctness/useHookAtTopLevel: a command of that name, not a hook
  const system = useChannelsAction((commands) => commands.useKeyStore());
  const busy = seal.isPending || memory.isPending || system.isPending;
  const then = { onSuccess: onDone };
  const choose = () => {
    if (place === 'memory') return memory.mutate(undefined, then);
    const problem = [...phrase].length < SHORTEST ? 'short' : phrase !== again ? 'differs' : null;
    setWrong(problem);
    if (problem === null) seal.mutate(phrase, then);
  };
  const error = seal.error ?? memory.error ?? system.error;
  return (
    <>
      <p>
        {text(`keys-why-${trouble}`)} {text('keys-ask')}
      </p>
      <Radios
        label={text('keys-title')}
        hideLabel
        value={place}
        onChange={setPlace}
        options={(['seal', 'memory'] as const).map((value) => ({
          value,
          label: text(`keys-${value}`),
          hint: text(`keys-${value}-hint`),
        }))}
      />
      {place === 'seal' && (
        <>
          <TextInput
            label={text('keys-phrase')}
            hint={text('keys-phrase-hint')}
            error={wrong === 'short' ? text('keys-phrase-short') : null}
            secret
            value={phrase}
            onChange={(typed) => {
              setWrong(null);
              setPhrase(typed);
            }}
            onEnter={choose}
          />
          <TextInput
            label={text('keys-phrase-again')}
            error={wrong === 'differs' ? text('keys-phrase-differs') : null}
            secret
            value={again}
            onChange={(typed) => {
              setWrong(null);
              setAgain(typed);
            }}
            onEnter={choose}
          />
        </>
      )}
      {error !== null && <ErrorNote error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" isDisabled={busy} onPress={choose}>
          {text(place === 'seal' ? 'keys-seal-do' : 'keys-memory-do')}
        </Button>
        <Button isDisabled={busy} onPress={() => system.mutate(undefined, then)}>
          {text('keys-retry')}
        </Button>
        <Button onPress={onClose}>{text('cancel')}</Button>
      </div>
    </>
  );
}

/** The passphrase of the sealed file. */
export function UnlockForm({ onDone = () => {} }: { onDone?: () => void }) {
  const text = useText();
  const [phrase, setPhrase] = useState('');
  const unlock = useChannelsAction((commands, words: string) => commands.unlockSecrets(words));
  const open = () =>
    unlock.mutate(phrase, {
      onSuccess: () => {
        setPhrase('');
        announce(text('keys-opened'));
        onDone();
      },
    });
  const [problem] = problemSentences(unlock.error);
  return (
    <div className="flex flex-col gap-3">
      <TextInput
        label={text('keys-phrase')}
        error={unlock.isError ? text(problem ?? errorSentence(unlock.error)) : null}
        secret
        value={phrase}
        onChange={(typed) => {
          unlock.reset();
          setPhrase(typed);
        }}
        onEnter={open}
      />
      <div>
        <Button look="primary" isDisabled={unlock.isPending || phrase === ''} onPress={open}>
          {text('keys-unlock')}
        </Button>
      </div>
    </div>
  );
}

/** «Введите фразу, чтобы работали Телеграм и почта», with the field. */
export function Unlock({ forgot = false }: { forgot?: boolean }) {
  const text = useText();
  const without = useChannelsAction((commands) => commands.keepSecretsInMemory());
  return (
    <Note tone="warn" icon={<KeyIcon />}>
      <p className="mb-3 font-medium">{text('way-sealed')}</p>
      <UnlockForm />
      {forgot && (
        <>
          <p className="mt-4 mb-3 text-text-2">{text('keys-unlock-forgot')}</p>
          <Button isDisabled={without.isPending} onPress={() => without.mutate()}>
            {text('keys-unlock-without')}
          </Button>
          {without.isError && <ErrorNote error={without.error} />}
        </>
      )}
    </Note>
  );
}

/** Where the secrets of this page are, in a line. */
export function KeptWhere({ channels }: { channels: Channels }) {
  const text = useText();
  const { keyStore } = channels;
  if (keyStore === 'locked' || keyStore === 'undecided') return null;
  return <p className="measure text-caption text-text-2">{text(`keys-where-${keyStore}`)}</p>;
}
