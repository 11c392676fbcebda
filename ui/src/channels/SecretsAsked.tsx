// At home: a passphrase or a token is asked for, and messages wait until it is given.

import { useQuery } from '@tanstack/react-query';
import LockIcon from 'lucide-react/icons/lock';
import { useText } from '../i18n/text.ts';
import { useQuestions } from '../ipc/queries.ts';
import { LinkButton } from '../kit/Button.tsx';
import { Note } from '../kit/Notes.tsx';
import { Unlock } from './KeyStore.tsx';

export function SecretsAsked() {
  const text = useText();
  const channels = useQuery(useQuestions().channels()).data;
  if (channels === undefined) return null;
  if (channels.keyStore === 'locked') return <Unlock />;
  return (['telegram', 'mail', 'push'] as const)
    .filter((way) => channels[way].state.kind === 'locked')
    .map((way) => (
      <Note
        key={way}
        tone="warn"
        icon={<LockIcon />}
        actions={
          <LinkButton to="/settings/$section" params={{ section: way }}>
            {text('way-setup')}
          </LinkButton>
        }
      >
        <p className="font-medium">{text(`way-locked-${way}`)}</p>
        <p>{text('way-locked-hint')}</p>
      </Note>
    ));
}
