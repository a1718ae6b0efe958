const storage = '1.2.840.10008.5.1.4.1.1.';

/** What an object is, in words for a sentence ("it is …"), by the beginning of its SOP class UID; longest match wins. */
const names: readonly (readonly [prefix: string, name: string])[] = [
  [`${storage}1`, 'a computed radiography image'],
  [`${storage}1.1`, 'a digital X-ray image'],
  [`${storage}1.2`, 'a digital mammography image'],
  [`${storage}2`, 'a CT image'],
  [`${storage}4`, 'an MR image'],
  [`${storage}7`, 'a secondary capture image'],
  [`${storage}9`, 'a waveform'],
  [`${storage}11`, 'a presentation state'],
  [`${storage}12.1`, 'an X-ray angiography image'],
  [`${storage}12.1.1`, 'an enhanced X-ray angiography image'],
  [`${storage}12.2`, 'an X-ray fluoroscopy image'],
  [`${storage}20`, 'a nuclear medicine image'],
  [`${storage}30`, 'a parametric map'],
  [`${storage}66`, 'raw data or a registration'],
  [`${storage}66.4`, 'a segmentation'],
  [`${storage}77.1.4`, 'a photograph'],
  [`${storage}88`, 'a structured report'],
  [`${storage}88.59`, 'a key object selection'],
  [`${storage}88.67`, 'an X-ray radiation dose report'],
  [`${storage}104`, 'an encapsulated document'],
  [`${storage}128`, 'a positron emission image'],
  [`${storage}481.2`, 'a radiotherapy dose'],
  [`${storage}481.3`, 'a radiotherapy structure set'],
  [`${storage}481.5`, 'a radiotherapy plan'],
  ['1.2.840.10008.5.1.4.31', 'a worklist entry'],
  // What DCMTK's worklist server marks its files with.
  ['1.2.276.0.7230010.3.1.0.1', 'a worklist entry'],
  [`${storage}3.1`, 'an ultrasound run'],
  [`${storage}6.1`, 'an ultrasound image'],
  [`${storage}481.1`, 'a radiotherapy image'],
];

/** Names a SOP class for a person; unknown ones by their UID. */
export function sopClassName(uid: string | null): string {
  if (uid === null) return 'an object that does not say its class (a worklist entry, perhaps)';
  let best: readonly [string, string] | undefined;
  for (const entry of names) if ((uid === entry[0] || uid.startsWith(`${entry[0]}.`)) && entry[0].length > (best?.[0].length ?? 0)) best = entry;
  return best?.[1] ?? `an object of class ${uid}`;
}
