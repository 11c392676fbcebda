// Words compared as a person means them: case, ё and the keyboard layout make no difference.

const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const CYRILLIC = 'ёйцукенгшщзхъфывапролджэячсмитьбю';

const swap = (text: string, from: string, to: string) =>
  [...text].map((char) => to[from.indexOf(char)] ?? char).join('');

/** What the same keys type in the Russian layout. */
export const otherLayout = (text: string) => swap(text.toLowerCase(), LATIN, CYRILLIC);

/** Latin letters were meant as Russian ones. */
export const asRead = (typed: string) => (/[a-z]/i.test(typed) ? otherLayout(typed) : typed);

/** Small letters, е for ё. */
export const fold = (text: string) => text.toLowerCase().replaceAll('ё', 'е');
/** A long word without its ending: «учебный» finds «учебного». */
const stem = (word: string) => (word.length > 4 ? word.slice(0, -2) : word);
const words = (text: string) =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

function scoreOf(own: string[], parts: string[]): number {
  let score = 0;
  for (const part of parts) {
    const at = own.findIndex((word) => word.startsWith(part));
    if (at >= 0) score += own[at] === part ? 4 : at === 0 ? 3 : 2;
    else if (own.some((word) => word.startsWith(stem(part)))) score += 1;
    else if (part.length > 2 && own.some((word) => word.includes(part))) score += 1;
    else return 0;
  }
  return score;
}

/** How well the words fit what was typed, in whichever layout; 0: not at all. */
export function matches(text: string, typed: string): number {
  const own = words(text);
  const asked = [typed, otherLayout(typed), swap(typed.toLowerCase(), CYRILLIC, LATIN)];
  return Math.max(
    ...asked.map((one) => {
      const parts = words(one);
      return parts.length === 0 ? 0 : scoreOf(own, parts);
    }),
  );
}
