// What a person meets on the page as it is drawn now: places to press, words, edges.

const PRESSED =
  'button, a[href], input, select, textarea, summary, [role=tab], [role=switch], [role=menuitem]';

export function seen(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  const hidden = element.closest('[aria-hidden=true]') !== null && element.matches('input');
  return width > 1 && height > 1 && !hidden && element.checkVisibility();
}

/** The box that is pressed: a label stands for the input inside it. */
const boxOf = (element: Element): Element =>
  element.closest('label:has(input)') ??
  element.closest('[role=group]:has([role=spinbutton])') ??
  element;

/** A link inside a sentence is as high as the sentence. */
function inSentence(element: Element): boolean {
  const around = element.parentElement;
  return (
    getComputedStyle(element).display === 'inline' &&
    around !== null &&
    around.textContent?.trim() !== element.textContent?.trim()
  );
}

export function targets(): Element[] {
  const all = [...document.querySelectorAll(`${PRESSED}, [role=spinbutton]`)];
  return [...new Set(all.map(boxOf))].filter((target) => seen(target) && !inSentence(target));
}

export const named = (element: Element): string =>
  `${element.tagName.toLowerCase()} «${(element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 60)}»`;

const LEAST = 44;
const LEAST_PRIMARY = 48;
const LEAST_GAP = 8;
/** Half a pixel is the rounding of rem. */
const ROUNDING = 0.5;

export function smallTargets(): string[] {
  const primary = colour('--primary');
  return targets().flatMap((target) => {
    const { width, height } = target.getBoundingClientRect();
    const main =
      target.matches('button, a') && getComputedStyle(target).backgroundColor === primary;
    const least = main ? LEAST_PRIMARY : LEAST;
    return Math.min(width, height) >= least - ROUNDING
      ? []
      : [`${named(target)} ${width.toFixed(0)}×${height.toFixed(0)}`];
  });
}

function colour(token: string): string {
  const sample = document.createElement('i');
  sample.style.color = `var(${token})`;
  document.body.append(sample);
  const { color } = getComputedStyle(sample);
  sample.remove();
  return color;
}

/** Pairs of targets that are too near each other. */
export function crowded(): string[] {
  const all = targets().map((target) => ({ target, box: target.getBoundingClientRect() }));
  const near: string[] = [];
  for (const [index, one] of all.entries())
    for (const other of all.slice(index + 1)) {
      if (one.target.contains(other.target) || other.target.contains(one.target)) continue;
      if (fixed(one.target) !== fixed(other.target)) continue;
      const across = gap(one.box.left, one.box.right, other.box.left, other.box.right);
      const down = gap(one.box.top, one.box.bottom, other.box.top, other.box.bottom);
      if (Math.max(across, down) < LEAST_GAP - ROUNDING)
        near.push(`${named(one.target)} and ${named(other.target)}`);
    }
  return near;
}

const gap = (start: number, end: number, otherStart: number, otherEnd: number) =>
  Math.max(otherStart - end, start - otherEnd);

/** Does it stay when the page scrolls? Then it passes over everything else. */
function fixed(element: Element): boolean {
  for (let at: Element | null = element; at !== null; at = at.parentElement)
    if (['sticky', 'fixed'].includes(getComputedStyle(at).position)) return true;
  return false;
}

/** Parts of the page wider than the window, which scroll it sideways. */
export function wide(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((element) => seen(element) && element.getBoundingClientRect().right > clientWidth + 1)
    .slice(-3)
    .map(named);
}

/** Words that do not fit the box they are in. */
export function clipped(): string[] {
  return [...document.querySelectorAll<HTMLElement>('body *')]
    .filter((element) => {
      if (!seen(element) || element.closest('.sr-only, kbd, select') !== null) return false;
      const { overflowX, overflowY } = getComputedStyle(element);
      const cutX = overflowX === 'hidden' || overflowX === 'clip';
      const cutY = overflowY === 'hidden' || overflowY === 'clip';
      return (
        (cutX && element.scrollWidth > element.clientWidth + 1) ||
        (cutY && element.scrollHeight > element.clientHeight + 1)
      );
    })
    .map(named);
}

/** Buttons whose parts stick out of them. */
export function spilt(): string[] {
  return targets()
    .filter((target) => {
      const box = target.getBoundingClientRect();
      return [...target.querySelectorAll('*')].some((part) => {
        const { right, bottom, left, top } = part.getBoundingClientRect();
        return (
          seen(part) &&
          part.closest('.sr-only') === null &&
          (right > box.right + 1 ||
            bottom > box.bottom + 1 ||
            left < box.left - 1 ||
            top < box.top - 1)
        );
      });
    })
    .map(named);
}

/** The words of an element that are drawn. */
export function shownWords(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const part of copy.querySelectorAll('.sr-only, [aria-hidden=true], svg')) part.remove();
  return (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
}

/** The name given in code, when it is not simply the words inside. */
function givenName(element: Element): string | null {
  const by = element.getAttribute('aria-labelledby');
  if (by !== null)
    return by
      .split(' ')
      .map((id) => document.getElementById(id))
      .map((part) => part?.getAttribute('aria-label') ?? part?.textContent ?? '')
      .join(' ');
  return element.getAttribute('aria-label');
}

/** Controls called otherwise than they are labelled, and those without words. */
export function misnamed(wordless: RegExp): string[] {
  return [...document.querySelectorAll('button, a[href], [role=tab], [role=menuitem]')].flatMap(
    (element) => {
      if (!seen(element)) return [];
      const words = shownWords(element);
      const name = givenName(element)?.replace(/\s+/g, ' ') ?? null;
      if (words === '')
        return name !== null && wordless.test(name)
          ? []
          : [`no words: ${name ?? element.outerHTML.slice(0, 80)}`];
      return name === null || name.includes(words) ? [] : [`«${words}» is called «${name}»`];
    },
  );
}

/** Does the element with the focus, or the box around it, show the ring? */
export function ringed(element: Element): boolean {
  for (
    let at: Element | null = element;
    at !== null && at !== document.body;
    at = at.parentElement
  ) {
    const { outlineStyle, outlineWidth } = getComputedStyle(at);
    if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 3) return true;
    if (
      at.matches('label, [role=group]') &&
      at !== element &&
      !element.matches('input, [role=spinbutton]')
    )
      break;
  }
  return false;
}

/** Is something else drawn over the element? What is higher than the window is seen in part. */
export function covered(element: Element): string | null {
  const target = boxOf(element);
  const { left, top, width, height } = target.getBoundingClientRect();
  if (height > window.innerHeight) return null;
  for (const share of [0.1, 0.5, 0.9]) {
    const over = document.elementFromPoint(left + width / 2, top + height * share);
    if (over === null) return 'the edge of the window';
    if (!target.contains(over) && !over.contains(target)) return named(over);
  }
  return null;
}

const CYRILLIC = /[А-Яа-яЁё]/;

/** Russian words in an English window that are not said to be Russian. */
export function unmarked(): string[] {
  const words: string[] = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    const around = node.parentElement;
    if (
      around === null ||
      around.closest('[lang=ru], [data-live-announcer], script, style') !== null
    )
      continue;
    if (CYRILLIC.test(node.textContent ?? '')) words.push((node.textContent ?? '').slice(0, 60));
  }
  return [...new Set(words)];
}
