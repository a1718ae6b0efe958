/** What comes from a source: a simulator's story, a recording that is played again, or what happens now. */
export type SourceKind = 'simulated' | 'played' | 'live';

/** Addresses and devices of video; everything else behind `video:` is a file. A session description (.sdp) names a stream. */
const liveVideo = /^video:([a-z][a-z0-9+.-]*:|\/dev\/)|\.sdp(\?|$)/i;
const drive = /^video:[a-z]:[\\/]/i;

/** By the address of a source; null when there is none. */
export function sourceKind(uri: string | null | undefined): SourceKind | null {
  if (!uri || uri.startsWith('none:')) return null;
  if (uri.startsWith('sim:')) return 'simulated';
  if (/^(record|dicom):/.test(uri)) return 'played';
  if (!uri.startsWith('video:')) return 'live';
  return liveVideo.test(uri) && !drive.test(uri) ? 'live' : 'played';
}
