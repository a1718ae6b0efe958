import { setFlagsFromString } from 'node:v8';

/**
 * Imported for its effect by whatever instantiates WebAssembly, before it does. V8 13.6 (Node 24) now and then aborts the
 * whole process ("Check failed: jit_page.has_value()") when it frees the first version of a call from WebAssembly to
 * JavaScript after having compiled a faster one, while other threads make and drop instances. Our codecs make few such calls:
 * the first version stays. https://github.com/nodejs/node/issues/64500 tells of the same part of V8.
 */
setFlagsFromString('--wasm-wrapper-tiering-budget=2000000000');
