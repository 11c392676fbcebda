import { expect, test } from 'vitest';
import theme from '../../theme.css?raw';

type Tokens = Record<string, string>;

/** The tokens that a rule of `theme.css` sets. */
function tokens(selector: string): Tokens {
  const at = theme.indexOf(`\n  ${selector} {`);
  const body = theme.slice(at, theme.indexOf('\n  }', at));
  return Object.fromEntries(
    [...body.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

const light = tokens(':root');
const SCHEMES: Record<string, Tokens> = {
  light,
  dark: { ...light, ...tokens(':root[data-scheme="dark"]') },
  contrast: { ...light, ...tokens(':root[data-contrast]') },
  'contrast dark': { ...light, ...tokens(':root[data-contrast][data-scheme="dark"]') },
};

const ACCENTS = ['primary', 'ok', 'warn', 'danger', 'info'];
/** Token, what it lies on, and the least ratio. */
const PAIRS: [string, string, number][] = [
  ...['text', 'text-2'].flatMap((of): [string, string, number][] =>
    ['surface', 'bg'].map((on) => [of, on, 7]),
  ),
  ...['text', 'text-2', 'text-3'].flatMap((of): [string, string, number][] =>
    ['surface', 'bg', 'sunken'].map((on) => [of, on, 4.5]),
  ),
  ...ACCENTS.flatMap((of): [string, string, number][] =>
    ['surface', 'bg', `${of}-soft`].map((on) => [of, on, 4.5]),
  ),
  ...ACCENTS.flatMap((of): [string, string, number][] =>
    ['text', 'text-2'].map((words) => [words, `${of}-soft`, 4.5]),
  ),
  ...['primary', 'primary-hover'].map((on): [string, string, number] => ['on-primary', on, 4.5]),
  ...['surface', 'bg'].map((on): [string, string, number] => ['line', on, 3]),
  ...[1, 2, 3, 4, 5].map((step): [string, string, number] => [
    `on-heat-${step}`,
    `heat-${step}`,
    4.5,
  ]),
];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

for (const [scheme, of] of Object.entries(SCHEMES))
  test(`rule 2: words and lines stand out: ${scheme}`, () => {
    const faint = PAIRS.map(([front, back, least]) => {
      const found = ratio(of[front] ?? '', of[back] ?? '');
      return found >= least ? null : `${front} on ${back}: ${found.toFixed(2)} < ${least}`;
    }).filter((line) => line !== null);
    expect(faint).toEqual([]);
  });
