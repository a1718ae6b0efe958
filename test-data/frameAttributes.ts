import { noGeometry, type XrayFrameAttributes } from '../src/dicom/xrayFrame.ts';

/** Attributes of a simulated frame of 12 bits in 16 of which its source says nothing else, but for what is given. */
export function frameAttributes(given: Pick<XrayFrameAttributes, 'rows' | 'columns'> & Partial<XrayFrameAttributes>): XrayFrameAttributes {
  return {
    bitsAllocated: 16,
    bitsStored: 12,
    photometric: 'MONOCHROME2',
    pixelIntensityRelationship: null,
    frameNumber: 0,
    deviceTimeMs: null,
    frameTimeMs: null,
    windowCenter: null,
    windowWidth: null,
    geometry: noGeometry,
    simulated: true,
    ...given,
  };
}
