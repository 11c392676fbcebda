// A plain stand-in for the engine's clinic search: same promises, simpler means.

import type { Clinic } from '../host.ts';

const fold = (text: string) =>
  text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[№«»".,()]/g, ' ')
    .replace(/\bпол-?ка\b/g, 'поликлиника')
    .replace(/\s+/g, ' ')
    .trim();

function near(word: string, typed: string): boolean {
  if (word.startsWith(typed)) return true;
  if (typed.length < 4) return false;
  const allowed = typed.length >= 8 ? 2 : 1;
  const head = word.slice(0, typed.length);
  let row = Array.from({ length: head.length + 1 }, (_, i) => i);
  for (let i = 1; i <= typed.length; i++) {
    const next = [i];
    for (let j = 1; j <= head.length; j++)
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + (typed[i - 1] === head[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return (row[head.length] ?? 99) <= allowed;
}

export function findClinics(clinics: Clinic[], text: string): Clinic[] {
  const typed = fold(text).split(' ').filter(Boolean);
  if (typed.length === 0) return clinics;
  const scored = clinics.map((clinic) => {
    const words = fold(
      `${clinic.name} ${clinic.fullName} ${clinic.address ?? ''} ${clinic.districtName} ${clinic.kind ?? ''}`,
    ).split(' ');
    let score = 0;
    for (const part of typed) {
      if (words.includes(part)) score += 3;
      else if (words.some((word) => word.startsWith(part))) score += 2;
      else if (words.some((word) => near(word, part))) score += 1;
      else return { clinic, score: 0 };
    }
    return { clinic, score };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ clinic }) => clinic);
}
