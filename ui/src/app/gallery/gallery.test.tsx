import { expect, test } from 'vitest';
import { localization, type MessageId } from '../../i18n/text.ts';
import { draw } from './draw.tsx';
import { STATES } from './States.tsx';
import { LATER, SHOWN, TOLD } from './sentences.ts';

const programme = import.meta.glob<string>(
  [
    '../../**/*.{ts,tsx}',
    '!./**',
    '!../../**/*.test.*',
    '../../../index.html',
    '../../../vite.config.ts',
  ],
  { query: '?raw', import: 'default', eager: true },
);

test('the program does not know the gallery, so it is not built in', () => {
  const knowing = Object.entries(programme).filter(([, code]) => /gallery(\/|\.html)/.test(code));
  expect(Object.keys(programme)).toContain('../../../vite.config.ts');
  expect(knowing.map(([file]) => file)).toEqual([]);
});

const ARGS = 'specialty when clinic nick time duration phone last from to found left q n field';
const ANYTHING = '\u0001';

/** How a sentence reads with anything in the place of what is filled in. */
function pattern(id: MessageId, language: 'ru' | 'en'): RegExp {
  const args = Object.fromEntries(ARGS.split(' ').map((name) => [name, ANYTHING]));
  const words = localization(language).getString(id, args);
  return new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(ANYTHING, '.+?'));
}

for (const language of ['ru', 'en'] as const)
  test(`every state and every sentence is there: ${language}`, async () => {
    await draw({ theme: 'light', language });
    const states = [...document.querySelectorAll<HTMLElement>('[data-state]')];
    expect(STATES.filter((kind) => !states.some(({ dataset }) => dataset.state === kind))).toEqual(
      [],
    );
    const shown = (document.body.textContent ?? '').replace(/\s+/g, ' ');
    expect([...SHOWN, ...TOLD].filter((id) => !pattern(id, language).test(shown))).toEqual([]);
  });

test('what is said later is not in the catalogue yet', () => {
  const known = localization('ru').bundles[Symbol.iterator]().next().value;
  expect(LATER.filter((id) => known?.hasMessage(id))).toEqual([]);
});
