/** Modality of the series that exports put a procedure's frames in, and so of its performed step (PS3.3 C.7.3.1.1.1). */
export const frameModality = 'XA';
