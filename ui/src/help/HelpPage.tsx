import { type PlainId, useText } from '../i18n/text.ts';
import { LinkButton } from '../kit/Button.tsx';
import { Keys } from '../kit/Keys.tsx';
import { ALL_KEYS, keyWords } from '../kit/keys.ts';
import { Page, Section } from '../kit/Page.tsx';

const HOW: PlainId[] = ['help-how-1', 'help-how-2', 'help-how-3', 'help-how-4', 'help-how-5'];

export function HelpPage() {
  const text = useText();
  return (
    <Page title={text('nav-help')}>
      <Section title={text('help-how')}>
        <ol className="measure flex list-decimal flex-col gap-3 pl-6">
          {HOW.map((id) => (
            <li key={id}>{text(id)}</li>
          ))}
        </ol>
      </Section>
      <Section title={text('help-notify')}>
        <p className="measure">{text('trial-fix-inbox')}</p>
        <div className="flex flex-wrap gap-2">
          <LinkButton look="secondary" to="/help/notifications">
            {text('trial-fix')}
          </LinkButton>
          <LinkButton look="secondary" to="/settings/about">
            {text('help-selfcheck')}
          </LinkButton>
        </div>
      </Section>
      <Section title={text('help-none')}>
        <p className="measure">{text('help-none-text')}</p>
      </Section>
      <Section title={text('help-keys')}>
        <dl className="flex flex-col divide-y divide-border">
          {ALL_KEYS.map(([id, { does }]) => (
            <div key={id} className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2">
              <dt>{text(does)}</dt>
              <dd className="flex flex-wrap gap-2">
                {keyWords(id).map((keys) => (
                  <Keys key={keys} keys={keys} />
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title={text('unofficial')}>
        <p className="measure">{text('about-text')}</p>
        <p className="measure">{text('about-private')}</p>
      </Section>
    </Page>
  );
}
