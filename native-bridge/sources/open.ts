import { inputFault, type Result } from '../../src/base/result.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { Source } from './source.ts';
import { parseSourceUri } from './uri.ts';

/** Opens the frames that a URI names, for one plane. Each kind of source is loaded only when it is asked for. */
export async function openFrameSource(uri: string, plane: PlaneId): Promise<Result<Source>> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  switch (parsed.value.scheme) {
    case 'sim': {
      const { openSimulatedFrames } = await import('./simulated.ts');
      return openSimulatedFrames(uri, plane);
    }
    case 'dicom': {
      const { openDicomFrames } = await import('./dicom.ts');
      return openDicomFrames(uri, plane);
    }
    case 'dicom-receive': {
      const { openDicomReceive } = await import('./dicomReceive.ts');
      return openDicomReceive(uri, plane);
    }
    case 'video': {
      const { openVideoFrames } = await import('./video.ts');
      return openVideoFrames(uri, plane);
    }
    case 'record': {
      const { openRecordedFrames } = await import('./recorded.ts');
      return openRecordedFrames(uri, plane);
    }
    default:
      return inputFault(
        `"${uri}" names no frame source that is known here: use sim:SCENARIO, dicom:FILE_OR_FOLDER, dicom-receive:, video:DEVICE_OR_URL_OR_FILE or record:RECORD.`,
      );
  }
}
