import type { LeakSite } from './operatorEvent.ts';

/** Where cement went, as console and report call it. */
export const leakSiteWords: Readonly<Record<LeakSite, string>> = {
  epidural: 'epidural',
  foraminal: 'foraminal',
  'disc-superior': 'disc above',
  'disc-inferior': 'disc below',
  paravertebral: 'paravertebral',
  'venous-basivertebral': 'basivertebral vein',
  'venous-anterior': 'anterior vein',
  'needle-track': 'needle track',
  unknown: 'site not known',
};
