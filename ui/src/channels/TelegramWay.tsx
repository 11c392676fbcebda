// The way to Telegram alone: a proxy, another address of the Bot API.

import { useState } from 'react';
import { useText } from '../i18n/text.ts';
import { errorSentence, problemSentences } from '../ipc/errors.ts';
import type { Channels } from '../ipc/host.ts';
import { useChannelsAction } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { TextInput } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { Section } from '../kit/Page.tsx';
import { besideKeys, useKeeper } from './KeyStore.tsx';

interface Way {
  proxy: string | null;
  api: string | null;
}

export function TelegramWay({ channels }: { channels: Channels }) {
  const text = useText();
  const { proxy: hasProxy, apiUrl, state } = channels.telegram;
  // Open where it is likely to be wanted.
  const [shown] = useState(
    hasProxy ||
      apiUrl !== null ||
      (state.kind === 'failing' && (state.why === 'unreachable' || state.why === 'silent')),
  );
  const [proxy, setProxy] = useState('');
  const [api, setApi] = useState(apiUrl ?? '');
  const { keep, dialog } = useKeeper(channels);
  const set = useChannelsAction((commands, { proxy, api }: Way) =>
    commands.setTelegramWay(proxy, api),
  );
  const [what, setWhat] = useState<'proxy' | 'api'>('proxy');
  const save = (of: typeof what, way: Way, then = text('saved')) => {
    setWhat(of);
    keep(() =>
      set.mutateAsync(way).then(() => {
        if (of === 'proxy') setProxy('');
        announce(then);
      }),
    );
  };
  const wrong = (of: typeof what) => {
    const error = besideKeys(set.error);
    if (what !== of || error === null) return null;
    return text(problemSentences(error)[0] ?? errorSentence(error));
  };
  const saveProxy = () =>
    proxy.trim() !== '' && save('proxy', { proxy: proxy.trim(), api: apiUrl });
  const saveApi = () => save('api', { proxy: null, api: api.trim() || null });
  return (
    <Section title={text('bot-way')} hint={text('bot-way-hint')}>
      <details open={shown}>
        <summary className="inline-flex min-h-12 cursor-pointer items-center text-primary underline underline-offset-4">
          {text('bot-way-open')}
        </summary>
        <div className="flex flex-col gap-4 pt-2">
          <TextInput
            label={text('bot-proxy')}
            hint={hasProxy ? text('bot-proxy-set') : text('bot-proxy-hint')}
            error={wrong('proxy')}
            secret
            value={proxy}
            onChange={(typed) => {
              set.reset();
              setProxy(typed);
            }}
            onEnter={saveProxy}
          />
          <div className="flex flex-wrap gap-2">
            <Button isDisabled={set.isPending || proxy.trim() === ''} onPress={saveProxy}>
              {text('save')}
            </Button>
            {hasProxy && (
              <Button
                isDisabled={set.isPending}
                onPress={() => save('proxy', { proxy: '', api: apiUrl }, text('bot-proxy-none'))}
              >
                {text('bot-proxy-off')}
              </Button>
            )}
          </div>
          <details>
            <summary className="inline-flex min-h-12 cursor-pointer items-center text-text-2 underline underline-offset-4">
              {text('bot-more')}
            </summary>
            <div className="flex flex-col gap-3 pt-2">
              <TextInput
                label={text('bot-api')}
                hint={text('bot-api-hint')}
                error={wrong('api')}
                plain
                value={api}
                onChange={(typed) => {
                  set.reset();
                  setApi(typed);
                }}
                onEnter={saveApi}
              />
              <div>
                <Button
                  aria-label={`${text('save')}: ${text('bot-api')}`}
                  isDisabled={set.isPending || api.trim() === (apiUrl ?? '')}
                  onPress={saveApi}
                >
                  {text('save')}
                </Button>
              </div>
            </div>
          </details>
        </div>
      </details>
      {dialog}
    </Section>
  );
}
