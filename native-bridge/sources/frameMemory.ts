/**
 * Shared memory for one frame that threads hand to one another without copying. V8 does not count shared memory when it
 * decides whether to collect garbage, so frames that nobody holds any more would pile up to gigabytes: see `countFrame`.
 */
export function frameMemory(bytes: number): SharedArrayBuffer {
  countFrame(bytes);
  return new SharedArrayBuffer(bytes);
}

/**
 * Makes V8 count `bytes` of shared memory that this thread has taken a reference to, by making and dropping as much of
 * the memory that it does count. That memory is never touched, so it costs address space only.
 */
export function countFrame(bytes: number): void {
  // Reading its length keeps the allocation from being optimised away.
  if (new ArrayBuffer(bytes).byteLength !== bytes) throw new Error('an ArrayBuffer has the size it was asked for');
}
