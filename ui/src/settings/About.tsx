import { useQuery } from '@tanstack/react-query';
import CheckIcon from 'lucide-react/icons/circle-check';
import InfoIcon from 'lucide-react/icons/info';
import AlertIcon from 'lucide-react/icons/triangle-alert';
import { useText } from '../i18n/text.ts';
import type { Check, TrustState } from '../ipc/host.ts';
import { ask, useHost } from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { copyText } from '../kit/copy.ts';
import { ErrorNote, ListSkeleton } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { AskButton } from '../kit/Popups.tsx';
import { showToast } from '../kit/toasts.ts';
import { VERSION } from './version.ts';

export function About() {
  const text = useText();
  const host = useHost();
  return (
    <>
      <Section title={text('app-name')} hint={text('version', { version: VERSION })}>
        <p className="measure font-medium">{text('unofficial')}</p>
        <p className="measure text-text-2">{text('about-text')}</p>
        <p className="measure text-text-2">{text('about-private')}</p>
      </Section>
      <SelfCheck />
      <Summaries />
      <Section title={text('quit-title')}>
        <div>
          <AskButton
            label={text('quit')}
            title={text('quit-title')}
            confirm={text('quit')}
            cancel={text('stay')}
            onConfirm={() => {
              ask(host.commands.quit()).catch(() => showToast({ text: text('error-unknown') }));
            }}
          >
            {text('quit-ask')}
          </AskButton>
        </div>
      </Section>
    </>
  );
}

const MARKS = {
  fine: <CheckIcon aria-hidden className="mt-[0.15rem] size-[1.25rem] shrink-0 text-ok" />,
  remark: <InfoIcon aria-hidden className="mt-[0.15rem] size-[1.25rem] shrink-0 text-info" />,
  broken: <AlertIcon aria-hidden className="mt-[0.15rem] size-[1.25rem] shrink-0 text-warn" />,
};

function said(state: TrustState) {
  return state.kind === 'checking' ? `checking ${state.seen} of ${state.needed}` : state.kind;
}

/** What the counts of the watched clinics are worth; nothing while nothing is watched. */
function Summaries() {
  const text = useText();
  const trust = useQuery(useQuestions().clinicTrust());
  const words = (state: TrustState) => {
    switch (state.kind) {
      case 'checking':
        return text('trust-checking', { seen: `${state.seen}`, needed: `${state.needed}` });
      case 'trusted':
      case 'lists':
      case 'slots':
        return text(`trust-${state.kind}`);
      default:
        return state satisfies never;
    }
  };
  if (trust.isError)
    return (
      <Section title={text('trust-title')}>
        <ErrorNote error={trust.error} retry={() => trust.refetch()} />
      </Section>
    );
  if (trust.isPending || trust.data.length === 0) return null;
  return (
    <Section title={text('trust-title')} hint={text('trust-hint')}>
      <ul className="flex flex-col divide-y divide-border">
        {trust.data.map(({ clinicId, clinic, state }) => (
          <li key={clinicId} className="flex gap-3 py-3">
            {MARKS[state.kind === 'trusted' ? 'fine' : 'remark']}
            <div className="min-w-0">
              <p className="font-medium">{clinic}</p>
              <p className="text-text-2">{words(state)}</p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function SelfCheck() {
  const text = useText();
  const checks = useQuery({ ...useQuestions().selfCheck(), gcTime: 5 * 60_000, staleTime: 60_000 });
  const status = useQuery(useQuestions().status());
  const trust = useQuery(useQuestions().clinicTrust());
  // English on purpose: it is for the makers, whoever sends it.
  const seen = () =>
    status.data === undefined
      ? []
      : [
          `watches: ${status.data.watching}`,
          `last good check: ${status.data.checkedAt ?? 'none yet'}`,
          `service: ${status.data.service}`,
          `requests today: ${status.data.requestsToday} of ${status.data.budgetPerDay}`,
          // Which clinics they are is nobody's business.
          ...(trust.data ?? []).map(({ state }) => `summary: ${said(state)}`),
        ];
  const words = (check: Check) => text(`check-${check.subject}-${check.verdict}`);
  const report = (list: Check[]) =>
    [
      `${text('app-name')} ${VERSION}`,
      new Date().toISOString(),
      navigator.userAgent,
      ...seen(),
      ...list.map((check) =>
        [`${check.subject}: ${check.verdict}`, check.detail].filter(Boolean).join(' · '),
      ),
    ].join('\n');
  return (
    <Section title={text('selfcheck-title')} hint={text('selfcheck-hint')}>
      {checks.isPending || checks.isFetching ? (
        <ListSkeleton rows={7} />
      ) : checks.isError ? (
        <ErrorNote error={checks.error} retry={() => checks.refetch()} />
      ) : (
        <>
          <ul className="flex flex-col divide-y divide-border">
            {checks.data.map((check) => (
              <li key={check.subject} className="flex gap-3 py-3">
                {MARKS[check.verdict]}
                <div className="min-w-0">
                  <p className="font-medium">{text(`subject-${check.subject}`)}</p>
                  <p className="text-text-2">{words(check)}</p>
                </div>
              </li>
            ))}
          </ul>
          <div className="flex flex-wrap gap-2">
            <Button onPress={() => Promise.all([checks.refetch(), trust.refetch()])}>
              {text('check-again')}
            </Button>
            <Button
              onPress={() =>
                copyText(report(checks.data)).then((done) =>
                  showToast({ text: text(done ? 'report-copied' : 'copy-failed'), lasts: 6_000 }),
                )
              }
            >
              {text('report-copy')}
            </Button>
          </div>
        </>
      )}
    </Section>
  );
}
