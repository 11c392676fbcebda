// A watch being put together, kept as typed: a window that closes loses nothing.

import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import {
  ask,
  type Clinic,
  type DoctorChoice,
  type Place,
  type Specialty,
  type TimeWish,
  useHost,
  type WatchDraft,
} from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { anyTime } from './wish.ts';

/** One clinic on its way to become a `Place`. */
export interface Choice {
  clinic: (Pick<Clinic, 'id' | 'name' | 'address'> & { districtId?: string }) | null;
  specialty: Pick<Specialty, 'id' | 'name' | 'ferId'> | null;
  doctors: DoctorChoice;
}

export interface Plan {
  choices: Choice[];
  /** The choice that is being made. */
  at: number;
  wish: TimeWish;
  forOther: boolean;
  nickname: string;
  until: string | null;
  /** What the clinic was found by, for whoever comes back to look for another. */
  search: string;
}

export const emptyChoice = (): Choice => ({
  clinic: null,
  specialty: null,
  doctors: { kind: 'any' },
});

export const emptyPlan = (): Plan => ({
  choices: [emptyChoice()],
  at: 0,
  wish: anyTime(),
  forOther: false,
  nickname: '',
  until: null,
  search: '',
});

export const choiceOf = (plan: Plan): Choice => plan.choices[plan.at] ?? emptyChoice();

export function withChoice(plan: Plan, part: Partial<Choice>): Plan {
  const choices = plan.choices.length === 0 ? [emptyChoice()] : plan.choices;
  return {
    ...plan,
    choices: choices.map((choice, index) => (index === plan.at ? { ...choice, ...part } : choice)),
  };
}

export function toPlace(choice: Choice): Place | null {
  const { clinic, specialty, doctors } = choice;
  if (clinic === null || specialty === null) return null;
  const named = doctors.kind !== 'any' && doctors.doctors.length === 0;
  return {
    clinicId: clinic.id,
    clinicName: clinic.name,
    specialtyId: specialty.id,
    specialtyName: specialty.name,
    ferId: specialty.ferId,
    doctors: named ? { kind: 'any' } : doctors,
  };
}

export function toChoice(place: Place, address: string | null = null): Choice {
  return {
    clinic: { id: place.clinicId, name: place.clinicName, address },
    specialty: { id: place.specialtyId, name: place.specialtyName, ferId: place.ferId },
    doctors: place.doctors,
  };
}

/** Complete choices only; `null` if there is none. */
export function toDraft(plan: Plan): WatchDraft | null {
  const places = plan.choices.map(toPlace).filter((place) => place !== null);
  if (places.length === 0) return null;
  return {
    places,
    wish: plan.wish,
    nickname: plan.forOther ? plan.nickname.trim() : '',
    until: plan.until,
    tell: 'ladder',
  };
}

function read(text: string | null): Plan {
  if (text === null) return emptyPlan();
  try {
    const kept = JSON.parse(text) as Partial<Plan>;
    return { ...emptyPlan(), ...kept };
  } catch {
    return emptyPlan();
  }
}

const PAUSE = 300;

/** A form kept by the program under a name; `null` while it is being read. */
export function usePlan(name: string) {
  const host = useHost();
  const kept = useQuery(useQuestions().form(name));
  const [typed, setTyped] = useState<Plan | null>(null);
  const unsaved = useRef<string | null | undefined>(undefined);
  const plan = typed ?? (kept.isPending ? null : read(kept.data ?? null));

  const save = useCallback(() => {
    if (unsaved.current === undefined) return;
    const text = unsaved.current;
    unsaved.current = undefined;
    ask(host.commands.saveForm(name, text)).catch(() => {});
  }, [host, name]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: waits again after every change
  useEffect(() => {
    const timer = setTimeout(save, PAUSE);
    return () => clearTimeout(timer);
  }, [typed, save]);
  useEffect(() => save, [save]);

  return {
    plan,
    change: (next: Plan) => {
      unsaved.current = JSON.stringify(next);
      setTyped(next);
    },
    clear: () => {
      unsaved.current = null;
      setTyped(emptyPlan());
      save();
    },
  };
}
