// Whatever stands in the texts of the source stays text: on every page, in every field.

import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import written from '../../../../tests/hostile.json';
import type { Host } from '../../ipc/host.ts';
import { close } from '../../test/app.tsx';
import { EVERYWHERE, openAt } from './places.ts';

const PAYLOADS = written.map((text) =>
  typeof text === 'string' ? text : text.text.repeat(text.times),
);
const SHORT = PAYLOADS.filter((text) => text.length <= 400);
/** No name that comes to the window is longer. */
const LONG = PAYLOADS.filter((text) => text.length > 400).map((text) => text.slice(0, 2_000));

/** The fields that hold what the source, a chat or a file says. */
const TEXTS = new Set([
  ...['address', 'area', 'bot', 'clinic', 'clinicName', 'denyCause', 'detail', 'districtName'],
  ...['doctor', 'email', 'fullName', 'institution', 'name', 'nickname', 'note', 'phone', 'readAs'],
  ...['room', 'specialty', 'specialtyName', 'title', 'vendor'],
]);
/** The same, several in a list. */
const LISTS = new Set(['addresses', 'doctors']);

/** The answer with other words in all its texts. */
function reworded(value: unknown, next: () => string): unknown {
  if (Array.isArray(value)) return value.map((item) => reworded(item, next));
  if (typeof value !== 'object' || value === null) return value;
  const word = (key: string, item: unknown): unknown => {
    if (TEXTS.has(key) && (typeof item === 'string' || item === null)) return next();
    if (LISTS.has(key) && Array.isArray(item) && item.every((one) => typeof one !== 'object'))
      return item.map(next);
    return reworded(item, next);
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, word(key, item)]));
}

/** Opens a page of a program that answers so. */
function openSaying(place: string, next: () => string) {
  close();
  openAt(place, {}, (host) => {
    const kept = host.commands;
    type Command = (...args: unknown[]) => Promise<unknown>;
    host.commands = new Proxy(kept, {
      get: (commands, name) => {
        const command = Reflect.get(commands, name) as Command;
        return async (...args: unknown[]) => reworded(await command.apply(commands, args), next);
      },
    }) as Host['commands'];
  });
}

async function drawn() {
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
}

const ACTIVE =
  'script, iframe, frame, object, embed, applet, base, meta, link, form[action], video, audio, marquee, math, template:not(:empty)';
/** A page of the window itself, or one that the program would open. */
function isOurs(address: string): boolean {
  const { href, origin, pathname } = new URL(address, window.location.href);
  const here = origin === window.location.origin && pathname === window.location.pathname;
  return here || /^https:\/\/(gorzdrav\.spb\.ru|t\.me)\//.test(href);
}

/** What on the page is no text, though it should be. */
function broken(): string[] {
  const found = [...document.body.querySelectorAll(ACTIVE)].map((element) => element.outerHTML);
  for (const element of document.body.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const leads = [
        'href',
        'src',
        'action',
        'formaction',
        'data',
        'srcset',
        'poster',
        'xlink:href',
      ];
      const stray = leads.includes(name) && !isOurs(value) && !value.startsWith('data:image/');
      const remote = name === 'style' && /url\(|expression/i.test(value);
      if (name.startsWith('on') || name === 'srcdoc' || stray || remote)
        found.push(`${element.tagName} ${name}="${value}"`);
    }
  }
  if ('hostile' in window) found.push('a script was run');
  if (getComputedStyle(document.body).display === 'none') found.push('the page is hidden');
  return found.map((text) => text.slice(0, 200));
}

for (const place of EVERYWHERE) {
  test(`fault 63: on ${place} every hostile text stays text`, async () => {
    let at = EVERYWHERE.indexOf(place) * 31;
    openSaying(place, () => SHORT[at++ % SHORT.length] ?? '');
    await drawn();
    expect(broken()).toEqual([]);
  });
}

/** What reaches over the right edge of the window. */
function outside(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const edge = clientWidth + 1;
  const all = [...document.body.querySelectorAll('*')];
  const over = all.filter((element) => {
    const inner = [...element.children].some((child) => child.getBoundingClientRect().right > edge);
    return element.getBoundingClientRect().right > edge && !inner && element.checkVisibility();
  });
  return over.map(
    (element) => `${element.tagName} ${element.className} in ${element.parentElement?.className}`,
  );
}

/** Where the source says most. */
const SPOKEN = [
  '/watches',
  '/watches/1',
  '/watches/1?tab=history',
  '/find',
  '/find/doctors',
  '/inbox',
];

for (const place of SPOKEN) {
  test(`fault 63: on ${place} every field takes every hostile text`, async () => {
    // Each from another one on, so that whatever one of them opens stands before another.
    const groups = 8;
    for (let first = 0; first < groups; first++) {
      const said = SHORT.filter((_, at) => at % groups === first).join(' ');
      openSaying(place, () => said);
      await drawn();
      expect(broken()).toEqual([]);
      await expect.poll(() => document.body.textContent).toContain(said.slice(0, 60).trim());
    }
  }, 60_000);

  test(`fault 63: on ${place} long texts stay inside the window`, async () => {
    for (const text of LONG) {
      openSaying(place, () => text);
      await drawn();
      expect(broken()).toEqual([]);
      expect(outside(), text.slice(0, 20)).toEqual([]);
    }
  }, 60_000);
}
