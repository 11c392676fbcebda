import type { PlainId } from '../i18n/text.ts';
import { type ErrorCode, HostError, type Problem } from './host.ts';

/** What to say for each code: what happened, and what to do. */
const SENTENCES: Record<ErrorCode, PlainId> = {
  notFound: 'error-not-found',
  invalid: 'error-invalid',
  badLink: 'error-bad-link',
  offline: 'error-offline',
  impostor: 'impostor',
  badCertificate: 'bad-certificate',
  blocked: 'error-blocked',
  slowed: 'error-slowed',
  clinicDown: 'error-clinic-down',
  siteDown: 'error-site-down',
  storage: 'error-storage',
  noKeyStore: 'error-no-key-store',
  locked: 'error-locked',
  wrongPassphrase: 'error-wrong-passphrase',
  keyStore: 'error-key-store',
  tokenRefused: 'error-token-refused',
  unreachable: 'error-unreachable',
  channelRefused: 'error-channel-refused',
};

export function errorSentence(error: unknown): PlainId {
  return error instanceof HostError ? (SENTENCES[error.code] ?? 'error-unknown') : 'error-unknown';
}

/** What is wrong with what was filled in. */
const PROBLEMS: Record<Problem, PlainId> = {
  noPlace: 'problem-no-place',
  tooManyPlaces: 'problem-too-many-places',
  repeatedPlace: 'problem-repeated-place',
  badId: 'problem-bad-id',
  noDoctor: 'problem-no-doctor',
  longNickname: 'problem-long-nickname',
  emptyRange: 'problem-empty-range',
  tooManyRules: 'problem-too-many-rules',
  datesReversed: 'problem-dates-reversed',
  past: 'problem-past',
  longNotice: 'problem-long-notice',
  tooLong: 'problem-too-long',
  badFile: 'problem-bad-file',
  badBudget: 'problem-bad-budget',
  badToken: 'problem-bad-token',
  badProxy: 'problem-bad-proxy',
  badAddress: 'problem-bad-address',
  badServer: 'problem-bad-server',
  badMailAddress: 'problem-bad-mail-address',
  noPassword: 'problem-no-password',
  weakPassphrase: 'problem-weak-passphrase',
};

export const problemSentence = (problem: Problem): PlainId => PROBLEMS[problem] ?? 'error-invalid';

export function problemSentences(error: unknown): PlainId[] {
  return error instanceof HostError ? error.problems.map(problemSentence) : [];
}

/** For «Подробности» and reports, never for the main text. */
export function errorDetail(error: unknown): string {
  if (error instanceof HostError) {
    return [error.code, error.detail, ...error.problems].filter(Boolean).join(' · ');
  }
  return error instanceof Error ? error.message : String(error);
}
